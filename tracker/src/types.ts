/** Answer handed to a tracking callback once a request has been handed over or has failed. */
interface Delivery {
  request: string;
  trackerUrl: string;
  success: boolean;
  isSendBeacon: boolean;
}

export type Callback = (delivery: Delivery) => void;
export type CustomData = Record<string, unknown>;

/** Public methods by name. The page chooses them by string, so arguments are unchecked here. */
export type Api = Record<string, Method>;
export type Method = (...args: never[]) => unknown;

/** One entry of the command queue: a method name or a function, then its arguments. */
export type Command = [string | Method, ...unknown[]];

/** A plugin adds text to requests by methods named after the kind of the request. */
export type Plugin = Record<string, unknown>;

/** Index → [name, value]. */
export type CustomVariables = Record<string, [string, string]>;

/** One delivery: a single request, or several sent as a bulk. */
export interface Parcel {
  requests_: string[];
  callback_?: Callback | null;
}

/** Host (leading dot: with subdomains) and path (always ending in a slash), both lower-case. */
export interface Place {
  host_: string;
  path_: string;
}

interface ClientHints {
  getHighEntropyValues(names: string[]): Promise<Record<string, unknown>>;
}

declare global {
  interface Window {
    _paq?: unknown;
    Matomo?: unknown;
    Piwik?: unknown;
    AnalyticsTracker?: unknown;
    matomoAsyncInit?: unknown;
    piwikAsyncInit?: unknown;
    matomoPluginAsyncInit?: unknown;
    piwikPluginAsyncInit?: unknown;
    doNotTrack?: string | null;
  }
  interface Navigator {
    userAgentData?: ClientHints;
  }
}
