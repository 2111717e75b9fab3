/** Operators of the segment language with the words they are shown as. */
export const operators = [
  { sign: '==', text: 'is', metric: 'equals' },
  { sign: '!=', text: 'is not', metric: 'is not' },
  { sign: '=@', text: 'contains', metric: undefined },
  { sign: '!@', text: 'does not contain', metric: undefined },
  { sign: '=^', text: 'starts with', metric: undefined },
  { sign: '=$', text: 'ends with', metric: undefined },
  { sign: '>=', text: undefined, metric: 'at least' },
  { sign: '<=', text: undefined, metric: 'at most' },
  { sign: '>', text: undefined, metric: 'more than' },
  { sign: '<', text: undefined, metric: 'less than' },
] as const;

export type Sign = (typeof operators)[number]['sign'];

export interface Condition {
  readonly name: string;
  readonly sign: Sign;
  readonly value: string;
}

const shape = /^([A-Za-z][A-Za-z0-9]*)(==|!=|=@|!@|=\^|=\$|>=|<=|>|<)(.*)$/s;

/** Row metadata is encoded once or twice: decode until nothing changes, then show it. */
function plainValue(text: string): string {
  let value = text;
  for (let round = 0; round < 2; round += 1) {
    try {
      const decoded = decodeURIComponent(value.replaceAll('+', ' '));
      if (decoded === value) return value;
      value = decoded;
    } catch {
      return value;
    }
  }
  return value;
}

const alternativesOf = (text: string): string[] => text.split(/(?<!\\),/);

/** Reads the first alternative of a condition; undefined when it is not one. */
export function readCondition(text: string): Condition | undefined {
  const match = shape.exec(alternativesOf(text)[0] ?? '');
  if (!match) return undefined;
  return { name: match[1] ?? '', sign: match[2] as Sign, value: plainValue(match[3] ?? '') };
}

/** Writes a condition; its value is encoded so that commas and semicolons stay part of it. */
export function writeCondition(condition: Condition): string {
  return `${condition.name}${condition.sign}${encodeURIComponent(condition.value)}`;
}

const names: Readonly<Record<string, string>> = {
  countryCode: 'Country', continentCode: 'Continent', regionCode: 'Region', city: 'City', languageCode: 'Language',
  browserCode: 'Browser', browserName: 'Browser', browserVersion: 'Browser version', browserEngine: 'Browser engine',
  operatingSystemCode: 'System', operatingSystemName: 'System', operatingSystemVersion: 'System version',
  deviceType: 'Device type', deviceBrand: 'Brand', deviceModel: 'Model', resolution: 'Resolution',
  referrerType: 'Channel', referrerName: 'Referrer', referrerKeyword: 'Keyword', referrerUrl: 'Referrer address',
  pageUrl: 'Page', pageTitle: 'Page title', entryPageUrl: 'Entry page', entryPageTitle: 'Entry title',
  exitPageUrl: 'Exit page', exitPageTitle: 'Exit title', outlinkUrl: 'Outlink', downloadUrl: 'Download',
  siteSearchKeyword: 'Search keyword', visitLocalHour: 'Local hour', visitServerHour: 'Site hour',
  visitStartServerHour: 'Site hour', visitorType: 'Visitor', visitorId: 'Visitor', userId: 'User',
  actions: 'Actions in visit', visitCount: 'Number of visits', visitDuration: 'Visit length in seconds',
};

export const conditionName = (name: string): string => names[name] ?? name;

const channels: Readonly<Record<string, string>> = {
  direct: 'Direct entry', search: 'Search engines', website: 'Websites', social: 'Social networks',
  campaign: 'Campaigns', 'ai-assistant': 'AI assistants',
};

function display(type: 'region' | 'language', code: string): string {
  try {
    return new Intl.DisplayNames(['en'], { type }).of(type === 'region' ? code.toUpperCase() : code) ?? code;
  } catch {
    return code;
  }
}

export function valueWords(condition: Condition): string {
  const { name, value } = condition;
  if (value === '') return 'unknown';
  if (value === 'xx') return 'Unknown';
  if (name === 'countryCode') return display('region', value);
  if (name === 'languageCode') return display('language', value);
  if (name === 'referrerType') return channels[value] ?? value;
  if (name === 'visitLocalHour' || name === 'visitServerHour') return `${value.padStart(2, '0')}:00`;
  return value;
}

export interface ConditionWords {
  readonly name: string;
  readonly sign: string;
  readonly value: string;
}

function wordsOf(text: string): ConditionWords {
  const condition = readCondition(text);
  if (!condition) return { name: 'Condition', sign: '', value: text };
  const operator = operators.find((one) => one.sign === condition.sign);
  return { name: conditionName(condition.name), sign: operator?.text ?? operator?.metric ?? condition.sign, value: valueWords(condition) };
}

/** The alternatives of a condition in words; those that differ by the value alone are one: "Country is Germany or France". */
export function conditionWords(text: string): ConditionWords[] {
  const all: ConditionWords[] = [];
  for (const words of alternativesOf(text).map(wordsOf)) {
    const last = all.at(-1);
    if (last?.name === words.name && last.sign === words.sign) all[all.length - 1] = { ...last, value: `${last.value} or ${words.value}` };
    else all.push(words);
  }
  return all;
}
