// An identity provider for the tests: the package `oidc-provider` as it is, with people who say themselves who they are.
//
//   node provider.mjs PORT '{"kid": …, "pem": …}'
//
// Its first line is its address. Whoever is sent to `/interaction/…` is let in as `?as=…`, with the factors `&amr=…`, or not,
// with `?refuse=…`. Access tokens are signed by the key that is given, ID tokens by one of its own. `POST /control/keys` takes
// another key in the place of the first, and makes another of its own; `GET /control/asked` tells how often its keys were asked for.

import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Provider, { interactionPolicy } from 'oidc-provider';

const AUDIENCE = 'https://tahavol.example/graphql';
const CALLBACK = 'http://127.0.0.1/sign-in/provider/callback';

const [port, firstKey] = process.argv.slice(2);

// A native client may come back to any port of this machine (RFC 8252, 7.3).
const client = { application_type: 'native', redirect_uris: [CALLBACK], grant_types: ['authorization_code'] };
const clients = [
  { ...client, client_id: 'tahavol', client_secret: 'the-secret-of-our-client-at-the-provider' },
  { ...client, client_id: 'public', token_endpoint_auth_method: 'none' },
];

// Everybody is called as she signs in, but for those of whom the provider says less, or says it differently.
const others = {
  unknown: {},
  persian: { preferred_username: 'سارا' },
  nameless: { preferred_username: 'nameless' },
  disguised: { preferred_username: 'disguised', name: 'council\u202e' },
};

function claimsOf(account) {
  return { sub: account, ...(others[account] ?? { preferred_username: account, name: `${account} of the organisation` }) };
}

// The person is asked for nothing but who she is: what a client of the organisation asks for, it gets.
const policy = interactionPolicy.base();
policy.remove('consent');

async function granted(ctx) {
  const { client, session, provider } = ctx.oidc;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid profile');
  grant.addResourceScope(AUDIENCE, 'api');
  await grant.save();
  return grant;
}

function jwk(key, kid, alg) {
  return { ...key.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

function provider(issuer, tokenKey) {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return new Provider(issuer, {
    clients,
    claims: { openid: ['sub', 'amr', 'acr'], profile: ['preferred_username', 'name'] },
    cookies: { keys: [randomUUID()] },
    extraTokenClaims: (_, token) => (token.accountId === undefined ? undefined : claimsOf(token.accountId)),
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience) => ({ scope: 'api', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
      },
    },
    findAccount: (_, accountId) => ({ accountId, claims: () => claimsOf(accountId) }),
    interactions: { policy, url: (_, interaction) => `/interaction/${interaction.uid}` },
    jwks: { keys: [jwk(createPrivateKey(tokenKey.pem), tokenKey.kid, 'ES256'), jwk(own, randomUUID(), 'RS256')] },
    loadExistingGrant: granted,
    pkce: { required: () => true },
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  });
}

async function read(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const server = createServer();
server.listen(Number(port), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  let current = provider(issuer, JSON.parse(firstKey));
  let asked = 0;
  server.on('request', async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, issuer);
    if (pathname === '/control/keys') {
      current = provider(issuer, JSON.parse(await read(request)));
      response.end();
    } else if (pathname === '/control/asked') {
      response.end(String(asked));
    } else if (pathname.startsWith('/interaction/')) {
      const refused = searchParams.get('refuse');
      const login = { accountId: searchParams.get('as'), amr: searchParams.getAll('amr') };
      await current.interactionFinished(request, response, refused === null ? { login } : { error: refused });
    } else {
      asked += pathname === '/jwks' ? 1 : 0;
      current.callback()(request, response);
    }
  });
  process.stdout.write(`${issuer}\n`);
});
