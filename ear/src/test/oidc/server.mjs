import { createServer } from "node:http";
import Provider from "oidc-provider";

const port = Number(process.argv[2]);
const redirect = process.argv[3];
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "atelier", client_secret: "a-secret-of-the-test", redirect_uris: [redirect], response_types: ["code"], grant_types: ["authorization_code"] }],
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id, groups: id === "ada" ? ["operators"] : ["others"] }) }),
  cookies: { keys: ["test"] },
});
const server = createServer(provider.callback());
server.listen(port, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
