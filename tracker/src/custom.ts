import type { State } from './state.ts';
import type { Api, CustomData, CustomVariables } from './types.ts';
import { parameter } from './url.ts';

/** Longest name or value of a custom variable, in characters; the server stores no more. */
const VARIABLE_MAX_CHARS = 200;

const variablesOf = (t: State, scope?: string | number): CustomVariables =>
  scope === 'page' || scope === 3 ? t.pageVariables_ : scope === 'event' ? t.eventVariables_ : t.visitVariables_;

const cut = (value: unknown): string => `${value == null ? '' : value}`.slice(0, VARIABLE_MAX_CHARS);

/** JSON of an object as a parameter, '' for an empty object. */
const json = (name: string, value: object): string => (Object.keys(value).length ? parameter(name, JSON.stringify(value)) : '');

/** Dimensions and custom data, those of the request before those of the tracker; then cvar, e_cvar and _cvar. */
export const customParameters = (t: State, requestData?: CustomData | null): string => {
  const data = Object.assign({}, t.dimensions_, requestData);
  let dimensions = '';
  Object.keys(data).forEach((key) => {
    if (/^dimension\d+$/.test(key)) {
      // An empty value takes the place of an older one.
      dimensions += parameter(key, data[key] == null ? '' : data[key]);
      delete data[key];
    }
  });
  return (
    dimensions +
    (json('data', data) || json('data', t.customData_)) +
    json('cvar', t.pageVariables_) +
    json('e_cvar', t.eventVariables_) +
    json('_cvar', t.visitVariables_)
  );
};

export const customMethods = (t: State): Api => ({
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
  deleteCustomVariable: (index: number, scope?: string) => delete variablesOf(t, scope)[index],
  deleteCustomVariables(scope?: string) {
    const variables = variablesOf(t, scope);
    Object.keys(variables).forEach((index) => delete variables[index]);
  },
  setCustomDimension(id: number, value: unknown) {
    if (id > 0) {
      t.dimensions_[`dimension${id}`] = value;
    }
  },
  getCustomDimension: (id: number) => t.dimensions_[`dimension${id}`],
  deleteCustomDimension: (id: number) => delete t.dimensions_[`dimension${id}`],
});
