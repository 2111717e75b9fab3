import { readOwn, writeOwn } from './cookies.ts';
import { hasText } from './page.ts';
import type { State } from './state.ts';
import type { Api, CustomData, CustomVariables } from './types.ts';

/** Longest name or value of a custom variable, in characters; the server stores no more. */
const VARIABLE_MAX_CHARS = 200;

function visitVariables(t: State): CustomVariables {
  if (!t.visitVariables_) {
    t.visitVariables_ = {};
    try {
      Object.assign(t.visitVariables_, JSON.parse(readOwn(t, 'cvar')));
    } catch {
      // No cookie, or one that somebody else wrote.
    }
  }
  return t.visitVariables_;
}

function variablesOf(t: State, scope: string | number | undefined): CustomVariables {
  return scope === 'page' || scope === 3 ? t.pageVariables_ : scope === 'event' ? t.eventVariables_ : visitVariables(t);
}

const cut = (value: unknown): string => (value == null ? '' : `${value}`).slice(0, VARIABLE_MAX_CHARS);

/** cvar, e_cvar and _cvar. */
export function variableParameters(t: State): string {
  const text = (name: string, variables: CustomVariables) => {
    const json = JSON.stringify(variables);
    return json.length > 2 ? `&${name}=${encodeURIComponent(json)}` : '';
  };
  const visit = visitVariables(t);
  if (t.variablesInCookie_) {
    writeOwn(t, 'cvar', JSON.stringify(visit), t.sessionTimeout_);
  }
  return text('cvar', t.pageVariables_) + text('e_cvar', t.eventVariables_) + text('_cvar', visit);
}

export function customMethods(t: State): Api {
  return {
    setCustomData(key: string | CustomData, value?: unknown) {
      if (typeof key === 'object') {
        t.customData_ = key;
      } else {
        t.customData_[key] = value;
      }
    },
    getCustomData: () => t.customData_,
    setCustomVariable(index: number, name: string, value: string, scope?: string) {
      if (index > 0 && name != null) {
        variablesOf(t, scope)[index] = [cut(name), cut(value)];
      }
    },
    getCustomVariable: (index: number, scope?: string) => variablesOf(t, scope)[index] || false,
    deleteCustomVariable(index: number, scope?: string) {
      delete variablesOf(t, scope)[index];
    },
    deleteCustomVariables(scope?: string) {
      const variables = variablesOf(t, scope);
      Object.keys(variables).forEach((index) => delete variables[index]);
    },
    storeCustomVariablesInCookie() {
      t.variablesInCookie_ = true;
    },
    setCustomDimension(id: number, value: unknown) {
      if (id > 0) {
        t.dimensions_[id] = value == null ? '' : `${value}`;
      }
    },
    getCustomDimension: (id: number) => t.dimensions_[id],
    deleteCustomDimension(id: number) {
      delete t.dimensions_[id];
    },
  };
}

/** Dimensions of one request: those of its custom data first, then the global ones. */
export function dimensionParameters(t: State, data: CustomData): [own: string, global: string] {
  let own = '';
  let global = '';
  Object.keys(data).forEach((key) => {
    if (/^dimension\d+$/.test(key)) {
      own += `&${key}=${encodeURIComponent(`${data[key]}`)}`;
    }
  });
  Object.keys(t.dimensions_).forEach((id) => {
    if (hasText(t.dimensions_[id]) && !(`dimension${id}` in data)) {
      global += `&dimension${id}=${encodeURIComponent(t.dimensions_[id]!)}`;
    }
  });
  return [own, global];
}
