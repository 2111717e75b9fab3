interface Found {
  readonly validationDetails: Pick<ValidityState, 'valueMissing' | 'typeMismatch' | 'badInput'>;
  readonly validationErrors: readonly string[];
}

/** What the browser finds wrong with a field, in the words of this application. Only e-mail addresses and days have a form. */
export function validityWords({ validationDetails, validationErrors }: Found): string {
  if (validationDetails.badInput) return 'This is not a whole day yet.';
  if (validationDetails.valueMissing) return 'This is still empty.';
  if (validationDetails.typeMismatch) return 'This is no e-mail address, as name@example.org is.';
  return validationErrors.join(' ');
}
