import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Jar, openPage, setup } from './page.mjs';

const names = (page) => page.jar.text.split('; ').filter(Boolean).map((pair) => pair.split('=')[0]);

/** Open a page as a new visit of the visitor of another page. */
const revisit = (page, options) => {
  const [session] = names(page).filter((name) => name.startsWith('_pk_ses'));
  page.jar.text = `${session}=;expires=Thu, 01 Jan 1970 00:00:00 GMT`;
  return openPage({ jar: page.jar, ...options });
};

/** Cookies of a visitor who opted out on an earlier page. */
const optedOut = () => {
  const jar = new Jar();
  jar.text = 'mtm_consent_removed=1790000000000';
  jar.written = [];
  return jar;
};

describe('queue', () => {
  test('settings run before actions, whatever their order in the queue', () => {
    const page = openPage({ commands: [['trackPageView', 'First'], ['setUserId', 'u1'], ['trackEvent', 'A', 'B'], ...setup] });
    const [view, event] = page.requests();
    assert.equal(view.action_name, 'First');
    assert.equal(view.uid, 'u1');
    assert.equal(view.idsite, '1');
    assert.equal(event.e_c, 'A');
  });

  test('later commands run at once, several in one push, and functions get the tracker', () => {
    const page = openPage({ commands: setup });
    let id;
    page.window._paq.push(['setUserId', 'u2'], [function () { id = this.getUserId(); }]);
    assert.equal(id, 'u2');
  });

  test('an unknown method is reported and does not stop the others', () => {
    const page = openPage({ commands: [['noSuchThing'], ...setup, ['trackPageView']] });
    assert.equal(page.errors.length, 1);
    assert.match(page.errors[0], /noSuchThing/);
    assert.equal(page.requests().length, 1);
  });

  test('commands that a queued command pushes are run', () => {
    const page = openPage({ globals: { window: { _paq: undefined } } });
    page.window._paq = [...setup, [() => page.push('trackEvent', 'Pushed', 'B')], ['trackEvent', 'Queued', 'B']];
    page.window.Matomo.addTracker();
    assert.deepEqual(page.requests().map((r) => r.e_c).sort(), ['Pushed', 'Queued']);
  });

  test('a command that throws is reported and stops neither the others nor the page', () => {
    const fail = () => {
      throw new Error('broken command');
    };
    let runs = 0;
    const failOnce = () => runs++ || fail();
    const page = openPage({ commands: [[fail], ...setup, ['addTracker', '/two.php', 2], [failOnce], ['trackPageView']] });
    assert.equal(runs, 2, 'the second tracker gets it too');
    page.window._paq.push([fail], ['trackEvent', 'A', 'B']);
    assert.equal(page.window.Matomo.initialized, true);
    assert.equal(page.errors.length, 5);
    assert.match(page.errors[0], /broken command/);
    assert.deepEqual(page.requests().map((r) => r.action_name || r.e_c).sort(), ['A', 'A', 'Shop', 'Shop']);
  });

  test('what is no command is reported and stops nothing', () => {
    const page = openPage({ commands: [(tracker) => tracker, ...setup, null, [], ['trackPageView']] });
    page.window._paq.push(null, {}, ['trackEvent', 'A', 'B']);
    assert.equal(page.errors.length, 3);
    assert.equal(page.requests().length, 2);
  });

  test('a function is no plugin command, whatever its text', () => {
    const sites = [];
    const command = (tracker) => sites.push(tracker.getSiteId(), 'a::b');
    openPage({ commands: [...setup, ['addTracker', '/two.php', 2], [function () { command(this, 'a::b'); }]] });
    assert.deepEqual(sites, ['1', 'a::b', 2, 'a::b']);
  });

  test('methods of plugins are found by both spellings', () => {
    const page = openPage({ commands: setup });
    const { Matomo } = page.window;
    const got = [];
    Matomo.Static = { on: (value) => got.push(value) };
    Matomo.getAsyncTracker().Own = { on: (value) => got.push(value) };
    page.window._paq.push(['Static::on', 1], ['Own.on', 2], ['None::on', 3], ['None.on', 4]);
    assert.deepEqual(got, [1, 2]);
    assert.equal(page.errors.length, 2);
  });

  test('every tracker gets every command, except address and site', () => {
    const page = openPage({ commands: [...setup, ['addTracker', '/two.php', 2], ['trackPageView']] });
    page.push('setSiteId', 9);
    page.push('trackEvent', 'A', 'B');
    assert.deepEqual(page.requests().map((r) => r.idsite).sort(), ['1', '2', '2', '9']);
    assert.ok(page.sent.some(({ address }) => address.startsWith('/two.php?')));
  });

  test('plugins are called by name and add to requests', () => {
    const page = openPage({ commands: setup });
    page.window.Matomo.addPlugin('Demo', { log: () => '&demo=1' });
    page.push('trackPageView');
    page.push('trackEvent', 'A', 'B');
    const [view, event] = page.requests();
    assert.equal(view.demo, '1');
    assert.equal(event.demo, undefined);
  });
});

describe('globals', () => {
  test('trackers can be made without a queue', () => {
    const order = [];
    const page = openPage({
      globals: {
        window: {
          _paq: undefined,
          matomoAsyncInit: () => order.push('init'),
        },
      },
    });
    assert.deepEqual(order, ['init']);
    const { Matomo } = page.window;
    assert.equal(Matomo, page.window.Piwik);
    assert.equal(Matomo.initialized, true);
    assert.equal(Matomo.getAsyncTrackers().length, 0);
    Matomo.getTracker('/m.php', 5).trackPageView('Made');
    assert.equal(page.requests()[0].idsite, '5');
  });

  test('trackers are found by address and site', () => {
    const { Matomo } = openPage({ commands: [...setup, ['addTracker', '/two.php', 2]] }).window;
    assert.equal(Matomo.getAsyncTracker().getSiteId(), '1');
    assert.equal(Matomo.getAsyncTracker('/two.php', 2).getTrackerUrl(), '/two.php');
    assert.equal(Matomo.getAsyncTracker('/none.php', 2), undefined);
  });

  test('events reach their handlers until they are taken off', () => {
    const { Matomo } = openPage({ commands: setup }).window;
    const got = [];
    const handler = (value) => got.push(value);
    Matomo.on('Thing', handler);
    Matomo.trigger('Thing', [1]);
    Matomo.off('Thing', handler);
    Matomo.trigger('Thing', [2]);
    assert.deepEqual(got, [1]);
  });
});

describe('requests', () => {
  const one = (...commands) => openPage({ commands: [...setup, ...commands] }).requests()[0];

  test('an event needs a category and an action', () => {
    const page = openPage({ commands: [...setup, ['trackEvent', ' ', 'x']] });
    assert.equal(page.requests().length, 0);
    assert.equal(page.errors.length, 1);
  });

  test('own dimensions win over global ones; the rest of the data is sent as JSON', () => {
    const request = one(['setCustomDimension', 1, 'g'], ['setCustomDimension', 2, 'h'], ['trackPageView', 'T', { dimension1: 'own', shoe: 42 }]);
    assert.equal(request.dimension1, 'own');
    assert.equal(request.dimension2, 'h');
    assert.deepEqual(JSON.parse(request.data), { shoe: 42 });
  });

  test('a dimension without a value is sent, so that the old value goes', () => {
    const request = one(['setCustomDimension', 1, ''], ['setCustomDimension', 3], ['trackPageView', 'T', { dimension2: '', dimension4: 0 }]);
    const values = [1, 2, 3, 4].map((id) => request[`dimension${id}`]);
    assert.deepEqual(values, ['', '', '', '0']);
  });

  test('custom variables by scope', () => {
    const request = one(['setCustomVariable', 1, 'a', 'b'], ['setCustomVariable', 2, 'c', 'd', 'page'], ['trackPageView']);
    assert.deepEqual(JSON.parse(request._cvar), { 1: ['a', 'b'] });
    assert.deepEqual(JSON.parse(request.cvar), { 2: ['c', 'd'] });
    assert.equal(request.e_cvar, undefined);
  });

  test('order with its items; the cart is empty afterwards', () => {
    const page = openPage({ commands: [...setup, ['addEcommerceItem', 'A1', 'Shoe', ['X', 'Y'], 9.5, 2], ['addEcommerceItem', 'B2'], ['removeEcommerceItem', 'B2']] });
    const tracker = page.window.Matomo.getAsyncTracker();
    assert.equal(JSON.stringify(tracker.getEcommerceItems()), '{"A1":["A1","Shoe",["X","Y"],9.5,2]}');
    page.push('trackEcommerceCartUpdate', 19);
    page.push('trackEcommerceOrder', 'O-1', 21, 19, 2, 0, false);
    const [cart, order] = page.requests();
    assert.equal(cart.ec_id, undefined);
    assert.equal(cart.idgoal, '0');
    assert.equal(order.ec_id, 'O-1');
    assert.equal(order.revenue, '21');
    assert.equal(order.ec_sh, '0');
    assert.equal(order.ec_dt, undefined);
    assert.deepEqual(JSON.parse(order.ec_items), [['A1', 'Shoe', ['X', 'Y'], 9.5, 2]]);
    assert.equal(JSON.stringify(tracker.getEcommerceItems()), '{}');
  });

  test('a product belongs to one page view', () => {
    const page = openPage({ commands: [...setup, ['setEcommerceView', 'A1', 'Shoe', ['X'], 9], ['trackPageView'], ['trackPageView']] });
    const [first, second] = page.requests();
    assert.deepEqual([first._pks, first._pkn, first._pkc, first._pkp], ['A1', 'Shoe', '["X"]', '9']);
    assert.equal(second._pks, undefined);
    assert.notEqual(first.pv_id, second.pv_id);
  });

  test('address, title and referrer can be replaced', () => {
    const request = one(['setCustomUrl', '/virtual?x=1'], ['setDocumentTitle', 'Own'], ['setReferrerUrl', 'http://from.example/'], ['trackPageView']);
    assert.equal(request.url, 'https://www.shop.example/virtual?x=1');
    assert.equal(request.action_name, 'Own');
    assert.equal(request.urlref, 'http://from.example/');
  });

  test('a path that starts with two slashes stays on the host of the page', () => {
    for (const path of ['//about', '//', '//a/../b', '///x']) {
      const page = openPage({ commands: [...setup, ['setCustomUrl', path], ['trackPageView']] });
      assert.equal(new URL(page.requests()[0].url).host, 'www.shop.example', path);
      assert.deepEqual(page.errors, [], path);
    }
    assert.equal(one(['setCustomUrl', '//about?x=1'], ['trackPageView']).url, 'https://www.shop.example//about?x=1');
    assert.equal(one(['setCustomUrl', 'https://other.example//x'], ['trackPageView']).url, 'https://other.example//x');
    assert.equal(one(['setCustomUrl', new URL('https://other.example/y')], ['trackPageView']).url, 'https://other.example/y');
  });

  test('excluded parameters and campaigns are removed from the address', () => {
    const url = 'https://www.shop.example/?keep=1&secret=2&utm_source=mail&pk_vid=abc#top';
    const page = openPage({ url, commands: [...setup, ['setExcludedQueryParams', ['secret']], ['disableCampaignParameters'], ['trackPageView']] });
    const [request] = page.requests();
    assert.equal(request.url, 'https://www.shop.example/?keep=1#top');
    assert.equal(request._rcn, undefined);
  });

  test('text can be appended and requests rewritten', () => {
    const request = one(['appendToTrackingUrl', 'bots=1'], ['setCustomRequestProcessing', (text) => `${text}&last=1`], ['trackPageView']);
    assert.equal(request.bots, '1');
    assert.equal(request.last, '1');
  });

  test('queued requests travel together', () => {
    const page = openPage({ commands: [...setup, ['queueRequest', 'e_c=a&e_a=b'], ['queueRequest', 'e_c=c&e_a=d']] });
    assert.equal(page.sent.length, 0);
    page.tick();
    assert.equal(page.sent.length, 1);
    assert.deepEqual(page.requests().map((r) => r.e_c), ['a', 'c']);
  });

  test('the second request waits until the visit exists, the first does not', () => {
    const page = openPage({ commands: [...setup, ['trackPageView'], ['trackEvent', 'A', 'B']] });
    assert.equal(page.sent.length, 1);
    assert.equal(page.requests().length, 2);
  });

  test('views and contents of a pre-rendered page wait until somebody looks at it', () => {
    const commands = [...setup, ['trackPageView'], ['trackContentImpression', 'Ad', 'ad.png'], ['trackContentImpression', 'Ad', 'ad.png']];
    const page = openPage({ commands, globals: { document: { prerendering: true } } });
    page.tick();
    assert.equal(page.sent.length, 0);
    assert.equal(page.jar.text, '');
    page.window.document.prerendering = false;
    page.fire('prerenderingchange');
    const [view, content, ...more] = page.requests();
    assert.equal(view.action_name, 'Shop');
    assert.equal(content.c_n, 'Ad');
    assert.equal(content.pv_id, view.pv_id);
    assert.deepEqual(more, []);
    const unseen = openPage({ commands, globals: { document: { prerendering: true } } });
    assert.deepEqual(unseen.requests(), []);
    const counted = openPage({ commands: [['setCountPreRendered', true], ...commands], globals: { document: { prerendering: true } } });
    assert.equal(counted.requests().length, 2);
  });

  test('nothing is sent from files or against Do Not Track', () => {
    const file = openPage({ url: 'file:///tmp/a.html', commands: [...setup, ['trackPageView']] });
    assert.equal(file.requests().length, 0);
    const allowed = openPage({ url: 'file:///tmp/a.html', commands: [...setup, ['enableFileTracking'], ['trackPageView']] });
    assert.equal(allowed.requests().length, 1);
    const refused = openPage({ globals: { navigator: { doNotTrack: '1' } }, commands: [...setup, ['setDoNotTrack', true], ['trackPageView']] });
    assert.equal(refused.requests().length, 0);
    assert.equal(refused.jar.text, '');
  });
});

describe('cookies and attribution', () => {
  test('names keep the visitor of an existing installation', () => {
    const page = openPage({ commands: [...setup, ['trackPageView']] });
    // sha1('www.shop.example/') and sha1('.shop.example/shop').
    assert.ok(names(page).includes('_pk_id.1.52ab'));
    const other = openPage({ commands: [...setup, ['setCookieDomain', '*.shop.example'], ['setCookiePath', '/shop'], ['trackPageView']] });
    assert.ok(names(other).includes('_pk_id.1.0ed5'));
    assert.ok(other.jar.written.some((text) => text.includes(';path=/shop;domain=.shop.example;SameSite=Lax')));
  });

  test('the id of an older cookie is kept', () => {
    const page = openPage({ commands: [...setup, ['trackPageView']] });
    const [name] = names(page).filter((n) => n.startsWith('_pk_id'));
    page.jar.text = `${name}=0123456789abcdef.1790000000.3.1790000100.1790000000.`;
    const next = openPage({ jar: page.jar, commands: [...setup, ['trackPageView']] });
    assert.equal(next.requests()[0]._id, '0123456789abcdef');
    assert.ok(next.jar.text.includes(`${name}=0123456789abcdef.1790000000.;`) || next.jar.text.endsWith(`${name}=0123456789abcdef.1790000000.`));
  });

  test('a campaign is remembered for later visits and not replaced by direct entry', () => {
    const first = openPage({ url: 'https://www.shop.example/?mtm_campaign=Spring&mtm_kwd=shoes', referrer: 'http://from.example/', commands: [...setup, ['trackPageView']] });
    const [request] = first.requests();
    assert.deepEqual([request._rcn, request._rck, request._ref], ['Spring', 'shoes', 'http://from.example/']);
    const later = revisit(first, { commands: [...setup, ['trackPageView']] });
    assert.equal(later.requests()[0]._rcn, 'Spring');
    assert.equal(later.window.Matomo.getAsyncTracker().getAttributionInfo()[0], 'Spring');
  });

  test('a new referrer takes the place of an old campaign, unless the first one counts', () => {
    const credit = (...settings) => {
      const commands = [...setup, ...settings, ['trackPageView']];
      const first = openPage({ url: 'https://www.shop.example/?mtm_campaign=Spring&mtm_kwd=shoes', commands });
      first.requests();
      const direct = revisit(first, { commands });
      direct.requests();
      const own = revisit(direct, { referrer: 'https://www.shop.example/x', commands });
      own.requests();
      const later = revisit(own, { url: 'https://www.shop.example/?mtm_kwd=none', referrer: 'http://from.example/', commands });
      const { _rcn, _rck, _ref } = later.requests()[0];
      return [_rcn, _rck, _ref, later.window.Matomo.getAsyncTracker().getAttributionCampaignName()];
    };
    assert.deepEqual(credit(), [undefined, undefined, 'http://from.example/', '']);
    assert.deepEqual(credit(['setConversionAttributionFirstReferrer', true]), ['Spring', 'shoes', 'http://from.example/', 'Spring']);
  });

  test('own and excluded referrers earn no credit', () => {
    const own = openPage({ referrer: 'https://www.shop.example/x', commands: [...setup, ['trackPageView']] });
    assert.equal(own.requests()[0]._ref, undefined);
    const excluded = openPage({ referrer: 'https://pay.example/x', commands: [...setup, ['setExcludedReferrers', ['pay.example']], ['trackPageView']] });
    const [request] = excluded.requests();
    assert.equal(request._ref, undefined);
    assert.equal(request.urlref, undefined);
  });

  test('consent gives cookies to the page on which it is given', () => {
    const url = 'https://www.shop.example/a?utm_campaign=Land';
    const page = openPage({ url, commands: [['requireConsent'], ...setup, ['trackPageView'], ['rememberConsentGiven']] });
    const [view] = page.requests();
    assert.match(view._id, /^[0-9a-f]{16}$/);
    assert.deepEqual(names(page).map((name) => name.split('.')[0]).sort(), ['_pk_id', '_pk_ref', '_pk_ses', 'mtm_consent']);
    const next = openPage({ jar: page.jar, commands: [['requireConsent'], ...setup, ['trackGoal', 3]] }).requests()[0];
    assert.equal(next._id, view._id);
    assert.equal(next._idn, '0');
    assert.equal(next._rcn, 'Land');
  });

  test('consent without consent for cookies leaves none', () => {
    const page = openPage({ commands: [['requireConsent'], ...setup, ['trackPageView']] });
    page.push('setConsentGiven', false);
    assert.equal(page.requests()[0]._id, '');
    assert.deepEqual(names(page), []);
  });

  test('an id does not outlive the consent for cookies', () => {
    const page = openPage({ commands: [...setup, ['trackPageView'], ['forgetCookieConsentGiven'], ['trackEvent', 'A', 'B']] });
    page.push('setCookieConsentGiven');
    page.push('forgetCookieConsentGiven');
    page.push('trackEvent', 'C', 'D');
    const requests = page.requests();
    assert.equal(requests.find((r) => r.e_c === 'C')._id, '');
    assert.match(requests.find((r) => r.ping)._id, /^[0-9a-f]{16}$/);
    assert.equal(page.jar.text, '');
  });

  test('a visitor who opted out gets no cookies', () => {
    const commands = [['setCookieDomain', 'shop.example'], ...setup, ['trackPageView'], ['queueRequest', 'e_c=a&e_a=b']];
    const page = openPage({ jar: optedOut(), referrer: 'http://from.example/', commands });
    page.window.Matomo.getAsyncTracker().getRequest('x=1');
    page.tick();
    assert.deepEqual(page.requests(), []);
    assert.deepEqual(page.jar.written, []);
    assert.deepEqual(page.errors, []);
    const elsewhere = openPage({ commands: setup });
    elsewhere.jar.text = 'mtm_consent_removed=1790000000000';
    elsewhere.push('trackPageView');
    assert.deepEqual(names(elsewhere), ['mtm_consent_removed'], 'also when it happened in another tab');
  });

  test('a visitor who takes back the opt-out is known from then on', () => {
    const page = openPage({ jar: optedOut(), commands: [...setup, ['trackPageView']] });
    page.push('forgetUserOptOut');
    const [{ _id }] = page.requests();
    assert.match(_id, /^[0-9a-f]{16}$/);
    assert.deepEqual(names(page), ['_pk_id.1.52ab']);
    assert.equal(openPage({ jar: page.jar, commands: [...setup, ['trackPageView']] }).requests()[0]._id, _id);
  });

  test('consent for cookies alone writes none', () => {
    const page = openPage({ commands: [['requireConsent'], ['requireCookieConsent'], ...setup, ['trackPageView'], ['rememberCookieConsentGiven']] });
    page.push('trackEvent', 'A', 'B');
    assert.deepEqual(names(page), ['mtm_cookie_consent']);
  });

  test('a domain for cookies is tried out before it is used', () => {
    class Strict extends Jar {
      set text(cookie) {
        if (!/;domain=(?!\.?shop)/.test(cookie)) {
          super.text = cookie;
        }
      }
      get text() {
        return super.text;
      }
    }
    const page = openPage({ jar: new Strict(), commands: [...setup, ['setCookieDomain', '*.shop.example']] });
    page.push('setCookieDomain', 'other.example');
    assert.equal(page.window.Matomo.getAsyncTracker().getCookieDomain(), '.shop.example');
    assert.equal(page.errors.length, 1);
    assert.equal(page.jar.text, '');
  });

  test('damaged attribution cookies are ignored', () => {
    for (const value of ['5', 'null', '%5B1%2C2', '%5B%22a%22%5D']) {
      const page = openPage({ commands: [...setup, ['trackPageView']] });
      const [session] = names(page).filter((n) => n.startsWith('_pk_ses'));
      page.jar.text = `${session.replace('ses', 'ref')}=${value}`;
      page.push('trackEvent', 'A', 'B');
      assert.equal(page.requests().length, 2, value);
    }
  });

  test('without cookies nothing is written and no id is sent', () => {
    const page = openPage({ commands: [...setup, ['disableCookies'], ['setCookieDomain', '*.shop.example'], ['trackPageView']] });
    assert.equal(page.requests()[0]._id, '');
    assert.deepEqual(page.jar.written, []);
    assert.equal(page.window.Matomo.getAsyncTracker().getCookieDomain(), '.shop.example');
  });
});
