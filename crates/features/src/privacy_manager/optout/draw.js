function (settings) {
  'use strict';
  var OUT = 'mtm_consent_removed';
  var YEARS_30 = 946080000;
  var find = function (words) {
    var wanted = (navigator.languages || [navigator.language || '']).map(function (code) {
      return code.slice(0, 2).toLowerCase();
    });
    for (var i = 0; i < wanted.length; i++) {
      for (var j = 0; j < words.length; j++) {
        if (words[j].code === wanted[i]) {
          return words[j];
        }
      }
    }
    return words[0];
  };
  var words = find(settings.words);
  var has = function (name) {
    return ('; ' + document.cookie).indexOf('; ' + name + '=') >= 0;
  };
  var put = function (name, value, age) {
    var secure = location.protocol === 'https:' ? ';secure' : '';
    document.cookie = name + '=' + value + ';path=/;max-age=' + age + ';SameSite=Lax' + secure;
  };
  var tell = function (method) {
    (window._paq = window._paq || []).push([method]);
  };
  var draw = function () {
    var box = document.getElementById(settings.element);
    if (!box) {
      return;
    }
    var add = function (name, text, parent) {
      var element = document.createElement(name);
      element.textContent = text;
      (parent || box).appendChild(element);
      return element;
    };
    box.textContent = '';
    box.style.cssText = settings.css;
    if (settings.intro) {
      add('p', words.intro);
    }
    put('mtm_probe', 1, 60);
    if (!has('mtm_probe')) {
      add('p', words.no_cookies).setAttribute('role', 'alert');
      return;
    }
    put('mtm_probe', '', 0);
    var out = has(OUT);
    add('p', out ? words.not_counted : words.counted).setAttribute('role', 'status');
    var button = add('button', out ? words.opt_in : words.opt_out);
    button.type = 'button';
    button.onclick = function () {
      if (out) {
        put(OUT, '', 0);
        tell('forgetUserOptOut');
      } else {
        put('mtm_consent', '', 0);
        put(OUT, Date.now(), YEARS_30);
        tell('optUserOut');
      }
      draw();
      box.querySelector('button').focus();
    };
  };
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', draw);
  } else {
    draw();
  }
}
