// Administration of the whole installation: the activity log and the settings.
const now_ms = () => Date.now();
const hour_ms = 3_600_000;

const kinds = [
  ['session.signed_in', 'A user signed in'], ['session.refused', 'A sign-in was refused'], ['role.set', 'A role was given or changed'],
  ['setting.security_set', 'A security setting was changed'], ['token.made', 'A token was made'], ['superuser.granted', 'Superuser rights were granted'],
  ['site.deleted', 'A site was deleted'], ['totp.added', 'An authenticator app was set up'], ['server.started', 'The server was started'],
];
const people = ['mariko', 'jonas', 'agency', 'a-login-that-is-longer-than-any-sensible-one@agency-with-a-long-name.example'];
const detailOf = (kind, subject) => {
  switch (kind) {
    case 'role.set': return { login: subject, sites: [1, 3], before: { 1: 'view', 3: 'noaccess' }, after: 'admin' };
    case 'setting.security_set': return { setting: 'ActivityLog.retentionDays', before: '400', after: '180' };
    case 'token.made': return { login: subject, description: 'Nightly export', scope: 'view' };
    default: return { login: subject };
  }
};

function lines() {
  return Array.from({ length: 130 }, (_, at) => {
    const [type, description] = kinds[(at * 5) % kinds.length];
    const who = type === 'server.started' ? 'job:server' : people[at % people.length];
    const subject = type.startsWith('s') && type !== 'superuser.granted' ? '' : people[(at + 1) % people.length];
    return {
      id: 130 - at, timestamp_ms: now_ms() - at * 2.3 * hour_ms, user_login: who, subject, type, description, detail: detailOf(type, subject),
      ip: who.startsWith('job') ? '' : '2001:db8:4:5::9', user_agent: who.startsWith('job') ? '' : 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      proof: `session:${at + 7}`, request: '9223372036854775807', result: type.endsWith('refused') ? 'refused' : 'done',
    };
  });
}

const matches = (query) => (line) => {
  const kind = query.get('filterByActivityType') ?? '';
  const text = (query.get('filterByText') ?? '').toLowerCase();
  const login = query.get('filterByUserLogin') ?? '';
  return (kind === '' || (kind.endsWith('.*') ? line.type.startsWith(kind.slice(0, -1)) : line.type === kind))
    && (text === '' || JSON.stringify(line).toLowerCase().includes(text))
    && (login === '' || line.user_login === login || line.subject === login)
    && (!query.get('filterByResult') || line.result === query.get('filterByResult'));
};

const setting = (key, title, doc, control, value, more = {}) => ({ key, title, doc, control, options: [], value, default: value, origin: 'default', secret: false, security: true, ...more });
const groups = () => [
  { pluginName: 'Login', title: 'Login', settings: [
    setting('Login.enablePasswordStrengthCheck', 'Force strong passwords', 'At least 12 characters with capital and small letters, digits and signs.', 'checkbox', '0'),
    setting('Login.maxAllowedRetries', 'Failed sign-ins before an address is blocked', 'Counted within the time below.', 'number', '20', { value: '10', origin: 'set' }),
  ] },
  { pluginName: 'TwoFactorAuth', title: 'Two-factor authentication', settings: [
    setting('TwoFactorAuth.enforcement', 'Who needs a second factor', 'Those without one are led to its set-up once the grace is over.', 'select', 'superusers', { options: ['off', 'superusers', 'admins', 'everyone'] }),
  ] },
  { pluginName: 'UsersManager', title: 'Users', settings: [
    setting('UsersManager.allowedEmailDomains', 'Allowed e-mail domains', 'One a line. Empty: every domain.', 'lines', ''),
  ] },
  { pluginName: 'PublicReports', title: 'Public reports', settings: [
    setting('PublicReports.robots', 'Search engines', 'Whether they may list public pages.', 'select', 'noindex', { options: ['noindex', 'index'] }),
    setting('PublicReports.twoPeople', 'Two people', 'A second superuser approves what the first confirmed.', 'checkbox', '1'),
    setting('PublicReports.coolOffMinutes', 'Minutes until it begins', 'In which any superuser can cancel it. 0 to 60.', 'number', '0'),
    setting('PublicReports.cacheSeconds', 'Seconds an answer is kept', 'At most 300.', 'number', '300'),
    setting('PublicReports.landing', 'Page that opens without signing in', 'The number of a public grant that is open to everybody; 0: the sign-in page.', 'number', '0'),
        setting('PublicReports.perAddress', 'Questions a minute from one address', 'Beyond it strangers are asked to wait.', 'number', '60'),
  ] },
  { pluginName: 'CoreAdminHome', title: 'Mail', settings: [
    setting('CoreAdminHome.mailPassword', 'Password of the mail server', 'Kept encrypted.', 'text', '•••', { secret: true, origin: 'set' }),
  ] },
];

export function createSystem(account, Refused) {
  const state = { groups: groups() };
  return {
    acts: {
      'ActivityLog.export': () => (account.prove(), lines()),
      'ActivityLog.verify': () => [],
      'CorePluginsAdmin.setSystemSettings': (body) => {
        account.prove();
        const changes = JSON.parse(body.settingValues);
        if (changes['UsersManager.allowedEmailDomains'] === 'nowhere.example') throw new Refused(400, 'refused', 'mariko is the only superuser and would lose access; allow aizome.example too', 'UsersManager.allowedEmailDomains');
        for (const one of state.groups.flatMap((group) => group.settings)) if (one.key in changes) Object.assign(one, { value: changes[one.key], origin: 'set' });
      },
    },
    looks: {
      'ActivityLog.getEntries': (query) => {
        const offset = Number(query.get('offset') ?? 0);
        return lines().filter(matches(query)).slice(offset, offset + Number(query.get('limit') ?? 25));
      },
      'ActivityLog.getEntryCount': (query) => ({ value: lines().filter(matches(query)).length }),
      'ActivityLog.getKinds': () => kinds.map(([kind, words]) => ({ kind, words })),
      'CorePluginsAdmin.getSystemSettings': () => state.groups,
    },
  };
}
