import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { load } from './page.mjs';

const { shortSha1 } = await load('sha1');
const { isListed, isOwn, valueOf, without, readable, placeOf } = await load('url');

test('sha1 agrees with the library for every padding', () => {
  for (let length = 0; length < 200; length++) {
    const text = 'example.org/'.repeat(20).slice(0, length);
    assert.equal(shortSha1(text), createHash('sha1').update(text).digest('hex').slice(0, 8), `length ${length}`);
  }
});

test('places have a host and a path', () => {
  assert.deepEqual(placeOf('https://Shop.Example.org:8443/A/b?c#d'), { host_: 'shop.example.org', path_: '/a/b/' });
  assert.deepEqual(placeOf('*.example.org/shop/*'), { host_: '.example.org', path_: '/shop/' });
  assert.deepEqual(placeOf('example.org.'), { host_: 'example.org', path_: '/' });
  assert.deepEqual(placeOf('localhost:8080/x'), { host_: 'localhost', path_: '/x/' });
  assert.deepEqual(placeOf('//cdn.example/x'), { host_: 'cdn.example', path_: '/x/' });
});

test('lists of hosts match subdomains and paths only when they say so', () => {
  const cases = [
    ['http://example.org/', 'example.org', true],
    ['http://sub.example.org/', 'example.org', false],
    ['http://sub.example.org/', '*.example.org', true],
    ['http://example.org/', '*.example.org', true],
    ['http://badexample.org/', '*.example.org', false],
    ['http://sub.example.org/', '.example.org', true],
    ['http://example.org/shop', 'example.org/shop', true],
    ['http://example.org/shop/1', 'example.org/shop', true],
    ['http://example.org/shopping', 'example.org/shop', false],
    ['http://example.org/shop/1', 'example.org/shop/*', true],
    ['http://example.org/', 'example.org/shop', false],
    ['', 'example.org', false],
  ];
  for (const [url, entry, expected] of cases) {
    assert.equal(isListed(url, [entry]), expected, `${url} in ${entry}`);
  }
});

test('the own host is part of the site unless a path narrows it down', () => {
  assert.equal(isOwn({ host_: 'www.a.example', Domains: ['b.example'] }, 'http://www.a.example/x'), true);
  assert.equal(isOwn({ host_: 'www.a.example', Domains: ['www.a.example/x'] }, 'http://www.a.example/x/1'), true);
  assert.equal(isOwn({ host_: 'www.a.example', Domains: ['www.a.example/x'] }, 'http://www.a.example/y'), false);
});

test('parameters are read from query and fragment', () => {
  assert.equal(valueOf('http://x/?a=1&b=two+words&c=%C3%A4', 'b'), 'two words');
  assert.equal(valueOf('http://x/?a=1#mtm_campaign=spring%20sale', 'mtm_campaign'), 'spring sale');
  assert.equal(valueOf('http://x/?ab=1', 'a'), '');
  assert.equal(valueOf('http://x/?a=%E4', 'a'), '%E4');
});

test('parameters are removed without leaving marks', () => {
  const drop = (url) => without(url, (name) => name === 'x');
  assert.equal(drop('http://h/?x=1'), 'http://h/');
  assert.equal(drop('http://h/?x=1&a=2'), 'http://h/?a=2');
  assert.equal(drop('http://h/?a=2&x=1'), 'http://h/?a=2');
  assert.equal(drop('http://h/?a=2&x=1&b=3#top'), 'http://h/?a=2&b=3#top');
  assert.equal(drop('http://h/?x=1#top'), 'http://h/#top');
  assert.equal(drop('http://h/#x=1'), 'http://h/');
  assert.equal(drop('http://h/?a&xx=1'), 'http://h/?a&xx=1');
});

test('URLs are shown readable but keep their meaning', () => {
  assert.equal(readable('http://h/caf%C3%A9?q=a%26b'), 'http://h/café?q=a%26b');
  assert.equal(readable('http://h/%E4'), 'http://h/%E4');
});
