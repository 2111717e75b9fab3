// Users, superusers, access reviews and the log of guessed passwords.
const time = (ago_days) => new Date(Date.now() - ago_days * 86_400_000).toISOString().slice(0, 19).replace('T', ' ');
const now_s = () => Math.floor(Date.now() / 1000);

const user = (login, email, more = {}) => ({ login, email, superuser_access: 0, date_registered: time(300), status: 'active', last_seen: time(2), uses_2fa: true, access: {}, ...more });
const initialUsers = () => [
  user('mariko', 'mariko@aizome.example', { superuser_access: 1, last_seen: time(0.01) }),
  user('jonas', 'jonas@aizome.example', { access: { 1: 'admin', 3: 'write' } }),
  user('agency', 'reports@agency-with-a-long-name.example', { access: { 1: 'view' }, last_seen: time(240), uses_2fa: false }),
  user('former', 'former@aizome.example', { status: 'suspended', last_seen: time(400), uses_2fa: false, access: { 1: 'write' } }),
  user('newcomer', 'newcomer@aizome.example', { status: 'pending', last_seen: null, uses_2fa: false, invited_by: 'mariko', may_manage_invite: true, access: { 1: 'view' } }),
  ...Array.from({ length: 40 }, (_, at) => user(`reader${String(at + 1).padStart(2, '0')}`, `reader${at + 1}@aizome.example`, { access: at % 3 === 0 ? {} : { 1: 'view' }, last_seen: at % 5 === 0 ? null : time(at * 3), uses_2fa: at % 2 === 0 })),
];

const line = (id, login, idsite, site_name, role, more = {}) => ({ line: id, login, email: `${login}@aizome.example`, idsite, site_name, role, status: 'active', granted: time(200), granted_by: 'mariko', last_used: time(3), verdict: '', after: '', decided_by: '', decided: null, ...more });

export function createUsers(account, Refused, sites, superuser) {
  const state = {
    users: initialUsers(),
    reviews: [{ idreview: 1, begun: time(230), begun_by: 'mariko', signed: time(229), signed_by: 'mariko', signature: '5f'.repeat(32) }],
    lines: [],
    blocked: [
      { address: '203.0.113.0/24', why: 'failures', failed: 143, since_s: now_s() - 500, until_s: now_s() + 400 },
      { address: '2001:db8:66::/48', why: 'setting', failed: 0, since_s: null, until_s: null },
    ],
  };
  const mine = () => sites().filter((site) => superuser || site.role === 'admin');
  /** The sites that are asked for, all of which the caller must administer, as the server checks it. */
  const asked = (idSites) => {
    const ids = [idSites].flat().map(String);
    if (ids.includes('all')) return mine().map((site) => site.idsite);
    if (ids.some((id) => !mine().some((site) => String(site.idsite) === id))) throw new Refused(403, 'forbidden', 'this needs admin access to the site');
    return ids;
  };
  const find = (login) => state.users.find((one) => one.login === login);
  const change = (login, values) => (account.prove(), void Object.assign(find(login), values));
  const drop = ({ userLogin }) => (account.prove(), void (state.users = state.users.filter((one) => one.login !== userLogin)));
  const roleOn = (one, site) => (one.superuser_access ? 'superuser' : (one.access[site] ?? 'noaccess'));
  const found = (query) => {
    const wanted = (name) => query.get(name) ?? '';
    const search = wanted('filter_search').toLowerCase();
    const access = wanted('filter_access');
    return state.users.filter((one) => {
      const role = roleOn(one, wanted('idSite'));
      return (search === '' || `${one.login} ${one.email}`.toLowerCase().includes(search))
        && (access === '' || role === access || (access === 'some' && role !== 'noaccess'))
        && (wanted('filter_status') === '' || one.status === wanted('filter_status'))
        && (wanted('filter_factor') === '' || one.uses_2fa === (wanted('filter_factor') === 'with'))
        && (wanted('filter_seen') !== 'never' || one.last_seen === null);
    });
  };
  const preview = (logins, access, idSites) => {
    const changes = logins.flatMap((login) => idSites.map((idsite) => ({ login, idsite, site_name: sites().find((site) => site.idsite === Number(idsite))?.name ?? '', before: find(login)?.access[idsite] ?? 'noaccess', after: access })));
    const real = changes.filter((one) => one.before !== one.after && !find(one.login)?.superuser_access);
    return { hash: String(real.length), unchanged: changes.length - real.length, superusers: logins.filter((login) => find(login)?.superuser_access), changes: real };
  };
  const open = () => state.reviews.find((review) => review.signed === null);
  const lineOf = (id) => state.lines.find((one) => one.line === Number(id));
  return {
    acts: {
      'UsersManager.inviteUser': (body) => {
        account.prove();
        asked(body.initialIdSite);
        if (find(body.userLogin)) throw new Refused(400, 'refused', 'this login or e-mail address is in use; choose another', 'userLogin');
        state.users.push(user(body.userLogin, body.email, { status: 'pending', last_seen: null, uses_2fa: false, may_manage_invite: true, access: { [body.initialIdSite]: body.access } }));
      },
      'UsersManager.setUserAccess': (body) => {
        account.prove();
        for (const login of [body.userLogin].flat()) for (const id of asked(body.idSites)) find(login).access[id] = body.access;
      },
      'UsersManager.setBulk': (body) => {
        account.prove();
        for (const one of preview(body.userLogin, body.access, asked(body.idSites)).changes) find(one.login).access[one.idsite] = one.after;
      },
      'UsersManager.setSuperUserAccess': (body) => {
        if (body.hasSuperUserAccess === '0' && state.users.filter((one) => one.superuser_access).length === 1) throw new Refused(400, 'refused', `${body.userLogin} is the only superuser; make another user one first`);
        change(body.userLogin, { superuser_access: Number(body.hasSuperUserAccess) });
      },
      'UsersManager.updateUser': (body) => change(body.userLogin, { email: body.email }),
      'UsersManager.suspendUser': (body) => change(body.userLogin, { status: 'suspended' }),
      'UsersManager.reactivateUser': (body) => change(body.userLogin, { status: 'active' }),
      'UsersManager.deleteUser': drop,
      'UsersManager.revokeInvitation': drop,
      'UsersManager.logoutUser': () => account.prove(),
      'UsersManager.sendPasswordReset': () => account.prove(),
      'UsersManager.resendInvite': () => account.prove(),
      'UsersManager.generateInviteLink': () => (account.prove(), { value: 'https://analytics.aizome.example/invitation#h7kq2mZb9TfXw4LrYpC8sVdN3gJaE6uQ' }),
      'TwoFactorAuth.resetTwoFactorAuth': (body) => change(body.userLogin, { uses_2fa: false }),
      'UsersManager.beginReview': () => {
        state.reviews.unshift({ idreview: state.reviews.length + 1, begun: time(0), begun_by: 'mariko', signed: null, signed_by: '', signature: '' });
        state.lines = [
          line(1, 'mariko', 0, '', 'superuser', { last_used: time(0.01) }),
          line(2, 'jonas', 1, 'Aizome', 'admin'),
          line(3, 'jonas', 3, 'Shop', 'write', { last_used: time(120) }),
          line(4, 'agency', 1, 'Aizome', 'view', { last_used: null }),
        ];
        return { value: state.reviews[0].idreview };
      },
      'UsersManager.refreshReview': () => undefined,
      'UsersManager.confirmReviewLines': (body) => { for (const id of body.lines) Object.assign(lineOf(id), { verdict: 'confirmed', decided_by: 'mariko', decided: time(0) }); },
      'UsersManager.lowerReviewLine': (body) => (account.prove(), void Object.assign(lineOf(body.line), { verdict: 'lowered', after: body.access, decided_by: 'mariko', decided: time(0) })),
      'UsersManager.signReview': () => (account.prove(), void Object.assign(open(), { signed: time(0), signed_by: 'mariko', signature: 'ab'.repeat(32) })),
      'Login.unblockAddress': (body) => { state.blocked = state.blocked.filter((one) => one.address !== body.ip); },
      'Login.unblockBruteForceIPs': () => (account.prove(), void (state.blocked = state.blocked.filter((one) => one.why === 'setting'))),
    },
    looks: {
      'UsersManager.getUsersPlusRole': (query) => {
        asked(query.get('idSite'));
        const offset = Number(query.get('offset') ?? 0);
        return found(query).slice(offset, offset + Number(query.get('limit') ?? 25)).map(({ access: _access, ...one }) => ({ ...one, role: roleOn(find(one.login), query.get('idSite')) }));
      },
      'UsersManager.getUserCount': (query) => ({ value: found(query).length }),
      'UsersManager.getSuperusers': () => state.users.filter((one) => one.superuser_access).map(({ access: _access, ...one }) => one),
      'UsersManager.getUsers': () => state.users.map(({ access: _access, ...one }) => one),
      'UsersManager.getSitesAccessForUser': (query) => mine().map(({ idsite, name }) => ({ idsite, site_name: name, role: find(query.get('userLogin')).superuser_access ? 'admin' : roleOn(find(query.get('userLogin')), idsite), capabilities: [] })),
      'UsersManager.previewBulk': (query) => preview(query.getAll('userLogin[]'), query.get('access'), asked(query.get('idSites') ?? query.getAll('idSites[]'))),
      'UsersManager.getDomainImpact': (query) => {
        const domains = (query.get('domains') ?? '').split(/[,\n]/).map((one) => one.trim().replace(/^@/, '').toLowerCase()).filter((one) => one !== '');
        const wrong = domains.find((one) => !/^[^.\s]+(\.[^.\s]+)+$/.test(one));
        if (wrong) throw new Refused(400, 'refused', `${wrong} is no domain; write it as example.org`, 'domains');
        const allows = ({ email }) => domains.length === 0 || domains.includes(email.split('@')[1]);
        const barred = state.users.filter((one) => !allows(one)).map(({ login, email, superuser_access, status }) => ({ login, email, superuser_access, status: status === 'pending' ? 'invited' : status }));
        return { domains: domains.join(','), superusers_left: state.users.filter((one) => one.superuser_access && allows(one)).length, barred, used: {} };
      },
      'UsersManager.getReviews': () => ({ due: time(open() ? 49 : -131), overdue: open() !== undefined, last_signed: time(229), days: 180, open: open()?.idreview ?? null, reviews: state.reviews }),
      'UsersManager.getReview': (query) => ({ ...state.reviews.find((review) => review.idreview === Number(query.get('idReview'))), lines: state.lines }),
      'Login.getBlockedAddresses': () => state.blocked,
      'Login.getAttempts': () => [
        { kind: 'login', name: 'mariko', since_s: now_s() - 3600, last_s: now_s() - 40, failed: 12, failed_total: 31, refused_total: 4200 },
        { kind: 'address', name: '203.0.113.7', since_s: now_s() - 3000, last_s: now_s() - 45, failed: 20, failed_total: 24, refused_total: 1800 },
        { kind: 'network', name: '203.0.113.0/24', since_s: now_s() - 3000, last_s: now_s() - 40, failed: 143, failed_total: 143, refused_total: 4100 },
      ],
    },
  };
}
