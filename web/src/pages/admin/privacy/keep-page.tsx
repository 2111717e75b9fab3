import { useState } from 'react';
import { Button } from '../../../components/button';
import { AdminPage, SettingGroup } from '../admin-page';
import { JobList } from './job-list';
import { PastDialog } from './past-dialog';
import { ScopeChoice, useScope } from './scope';
import { SettingsForm } from './settings-form';
import form from './form.module.css';
import list from '../list.module.css';

const groups = [
  { title: 'Addresses and places', names: ['ipAnonymizerEnabled', 'ipAddressMaskLength', 'useAnonymizedIpForVisitEnrichment', 'locationDetail'] },
  { title: 'Who it was', names: ['anonymizeUserId', 'anonymizeOrderId', 'forceCookielessTracking', 'resolutionDetail', 'languageDetail'] },
  { title: 'Addresses of pages and texts', names: ['anonymizeReferrer', 'maskEmails', 'maskCardNumbers', 'maskTokens', 'maskedQueryParameters'] },
  { title: 'Signals of browsers', names: ['doNotTrackEnabled', 'globalPrivacyControlEnabled'] },
];

export default function KeepPage() {
  const [idSite, setSite] = useScope();
  const [open, setOpen] = useState(false);
  return (
    <AdminPage title="Anonymise data" lead="What is kept of visitors. It holds before anything is written: what is masked here never reaches a disk.">
      <ScopeChoice value={idSite} onChange={setSite} />
      <SettingsForm key={idSite} idSite={idSite} groups={groups} />
      <SettingGroup title="Visits that are stored already">
        <div className={form.stack}>
          <p className={list.sub}>The settings above hold from now on. Stored visits can be masked as well, for good: also a backup that is restored later loses what you mask.</p>
          <div><Button onPress={() => setOpen(true)}>Mask stored visits</Button></div>
        </div>
        <JobList only="anonymise" />
      </SettingGroup>
      {open && <PastDialog onClose={() => setOpen(false)} />}
    </AdminPage>
  );
}
