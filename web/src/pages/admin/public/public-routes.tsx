import { Route, Switch } from 'wouter';
import { useSession } from '../../../api/session';
import { publicPlace } from '../../../public-reports/banner';
import { NotFound } from '../../not-found';
import ChangePublicPage from './change-page';
import ConfirmPage from './confirm-page';
import GrantPage from './grant-page';
import NewPublicPage from './new-page';
import PublicPage from './public-page';

/** The pages of Administration › System › Public reports. */
export default function PublicRoutes() {
  const { superuser } = useSession();
  return (
    <Switch>
      <Route path={publicPlace}><PublicPage /></Route>
      <Route path={`${publicPlace}/new`}><NewPublicPage /></Route>
      {superuser && <Route path={`${publicPlace}/confirm/:act/:ids`}>{({ act, ids }) => <ConfirmPage key={`${act} ${ids}`} act={act} ids={ids} />}</Route>}
      <Route path={`${publicPlace}/:id/change`}>{({ id }) => <ChangePublicPage key={id} id={Number(id)} />}</Route>
      <Route path={`${publicPlace}/:id`}>{({ id }) => <GrantPage key={id} id={Number(id)} />}</Route>
      <Route><NotFound /></Route>
    </Switch>
  );
}
