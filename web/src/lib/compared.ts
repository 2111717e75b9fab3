interface Answer<Data> {
  readonly data: Data | undefined;
  readonly isSuccess: boolean;
  /** It answers what was asked before, and stands there until the new answer comes. */
  readonly isPlaceholderData: boolean;
}

const isOfNow = (answer: Answer<unknown>): boolean => answer.isSuccess && !answer.isPlaceholderData;

/** What the compared period answered; undefined unless both sides answer what is asked now. */
export function comparedData<Data>(now: Answer<unknown>, before: Answer<Data>): Data | undefined {
  return isOfNow(now) && isOfNow(before) ? before.data : undefined;
}
