import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from './generated';
import { mendByProof, settleProof } from './proof';

const refused = (code: string) => new ApiError(403, code, 'no', 'POST /api/v1/methods/UsersManager.addUser');

afterEach(() => settleProof(false));

describe('an act that lacks fresh proof', () => {
  it('goes on when the person confirms, with others that waited', async () => {
    const both = Promise.all([mendByProof(refused('reauth_required')), mendByProof(refused('reauth_required'))]);
    settleProof(true);
    await expect(both).resolves.toEqual([true, true]);
  });
  it('is refused in its own words when they do not', async () => {
    const act = mendByProof(refused('reauth_required'));
    settleProof(false);
    await expect(act).rejects.toMatchObject({ code: 'not_confirmed' });
  });
  it('is asked anew after that', async () => {
    const first = mendByProof(refused('reauth_required'));
    settleProof(true);
    await first;
    const second = mendByProof(refused('reauth_required'));
    settleProof(false);
    await expect(second).rejects.toMatchObject({ code: 'not_confirmed' });
  });
});

it('other refusals stay refusals', async () => {
  await expect(mendByProof(refused('forbidden'))).resolves.toBe(false);
});
