import assert from 'node:assert/strict';
import { redacted, secretsIn } from './redacted.ts';

describe('what a builder says', () => {
  it('is shown without the values of secret build arguments', () => {
    const words = ['build', '--build-arg', 'NPM_TOKEN=s3cr=t', '--build-arg=DB_PASSWORD', '--build-arg', 'MODE=fast'];
    const secrets = secretsIn([...words, '--build-arg', 'API_KEY='], { DB_PASSWORD: 'hunter2' });
    assert.deepEqual(secrets, ['s3cr=t', 'hunter2']);
    assert.equal(redacted('RUN s3cr=t hunter2 hunter2 fast', secrets), 'RUN *** *** *** fast');
  });

  it('is shown without credentials in addresses', () => {
    assert.equal(
      redacted('get https://user:pass@example.com/x and oci+https://token@[::1]:5000/y', []),
      'get https://***@example.com/x and oci+https://***@[::1]:5000/y',
    );
    assert.equal(
      redacted('https://example.com/team@1 me@example.com', []),
      'https://example.com/team@1 me@example.com',
    );
  });
});
