import { ping } from './actions.ts';
import { doc, isHidden, listen, now, onLeave, win } from './page.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';

/** Shortest time a page must have had the focus to count as viewed, in seconds. */
const DELAY_MIN_S = 5;
const DELAY_DEFAULT_S = 15;

/** Ping when the visitor turns away from a page that was looked at for long enough. */
const start = (t: State): void => {
  let focusedAt = doc.hasFocus() ? now() : 0;
  const focus = () => {
    focusedAt = now();
  };
  const blur = () => {
    const limit = now() - t.heartBeat_!;
    if (t.heartBeat_ && focusedAt && t.lastSend_ && focusedAt <= limit && t.lastSend_ <= limit) {
      ping(t);
    }
    focusedAt = 0;
  };
  win.addEventListener('focus', focus);
  win.addEventListener('blur', blur);
  listen(doc, 'visibilitychange', () => (isHidden() ? blur() : doc.hasFocus() && focus()));
  onLeave(blur);
};

export const heartBeatMethods = (t: State): Api => ({
  enableHeartBeatTimer(delay_s = DELAY_DEFAULT_S) {
    if (t.heartBeat_ == null) {
      start(t);
    }
    t.heartBeat_ = Math.max(delay_s, DELAY_MIN_S) * 1000;
  },
  disableHeartBeatTimer() {
    t.heartBeat_ = 0;
  },
});
