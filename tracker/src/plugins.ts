import type { Plugin } from './types.ts';

/** Plugins of the page, shared by all trackers. */
export const plugins: Record<string, Plugin> = {};

/** Call a hook of all plugins; the texts they return are added to the request. */
export const runPlugins = (hook: string | undefined, context: object): string => {
  return Object.values(plugins)
    .map((plugin) => {
      const method = plugin[hook!];
      return typeof method === 'function' ? ((method as (context: object) => unknown).call(plugin, context) as string) || '' : '';
    })
    .join('');
};

export const addPlugin = (name: string, plugin: Plugin): void => {
  plugins[name] = plugin;
};
