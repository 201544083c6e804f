import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { callerOf } from "../../../http/authorize.ts";
import type { HttpEnvironment } from "../../../http/environment.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import {
  backupCodesSchema,
  passwordChangeSchema,
  passwordProofSchema,
  profileEditSchema,
  redirectSchema,
  secondFactorCodeSchema,
  secondFactorSetUpSchema,
  sessionStateSchema,
  signInAnswerSchema,
  signInSchema,
  singleSignOnSchema,
} from "./models.ts";
import type { Sender, SignInService, WithCookies } from "./service.ts";

const tags = ["accounts"];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });
const body = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true, content: json(schema) },
});
const done = { 204: { description: "Done." } };

const getSession = createRoute({
  method: "get",
  path: "/auth/session",
  tags,
  summary: "Who is signed in, and how one can sign in",
  responses: { 200: { description: "The state.", content: json(sessionStateSchema) } },
});
const signIn = createRoute({
  method: "post",
  path: "/auth/sign-in",
  tags,
  summary: "Sign in with e-mail and password",
  request: body(signInSchema),
  responses: {
    200: { description: "Signed in, or the second factor is asked for.", content: json(signInAnswerSchema) },
    ...problemResponses(401, 422, 429),
  },
});
const signInWithCode = createRoute({
  method: "post",
  path: "/auth/sign-in/second-factor",
  tags,
  summary: "Finish a sign-in with a code",
  request: body(secondFactorCodeSchema),
  responses: {
    200: { description: "Signed in.", content: json(signInAnswerSchema) },
    ...problemResponses(401, 422, 429),
  },
});
const beginSingleSignOn = createRoute({
  method: "post",
  path: "/auth/sign-in/single-sign-on",
  tags,
  summary: "Begin a sign-in at the identity provider",
  request: body(singleSignOnSchema),
  responses: {
    200: { description: "Where the browser goes.", content: json(redirectSchema) },
    ...problemResponses(409, 422, 429, 502),
  },
});
const finishSingleSignOn = createRoute({
  method: "get",
  path: "/auth/oauth2/callback/{provider}",
  tags,
  summary: "Where the identity provider sends the browser back to",
  request: { params: z.object({ provider: z.string() }) },
  responses: {
    302: { description: "To the dashboard, or to the sign-in page with the reason." },
    ...problemResponses(409, 422, 429, 502),
  },
});
const signOut = createRoute({
  method: "post",
  path: "/auth/sign-out",
  tags,
  summary: "End one's session",
  responses: { ...done, ...problemResponses(401) },
});
const editProfile = createRoute({
  method: "patch",
  path: "/auth/profile",
  tags,
  summary: "Change one's name",
  request: body(profileEditSchema),
  responses: { ...done, ...problemResponses(401, 422, 429) },
});
const changePassword = createRoute({
  method: "put",
  path: "/auth/password",
  tags,
  summary: "Set one's password or address and end one's other sessions",
  request: body(passwordChangeSchema),
  responses: { ...done, ...problemResponses(401, 403, 409, 422, 429) },
});
const beginSecondFactor = createRoute({
  method: "post",
  path: "/auth/second-factor",
  tags,
  summary: "Begin to set up a second factor",
  request: body(passwordProofSchema),
  responses: {
    200: { description: "What goes into the authenticator app.", content: json(secondFactorSetUpSchema) },
    ...problemResponses(401, 403, 409, 422, 429),
  },
});
const confirmSecondFactor = createRoute({
  method: "post",
  path: "/auth/second-factor/confirm",
  tags,
  summary: "Put the second factor in force with a first code",
  request: body(secondFactorCodeSchema),
  responses: { ...done, ...problemResponses(401, 403, 409, 422, 429) },
});
const makeBackupCodes = createRoute({
  method: "post",
  path: "/auth/second-factor/backup-codes",
  tags,
  summary: "Make new backup codes; the former ones end",
  request: body(passwordProofSchema),
  responses: {
    200: { description: "The codes, shown this once.", content: json(backupCodesSchema) },
    ...problemResponses(401, 403, 409, 422, 429),
  },
});
const removeSecondFactor = createRoute({
  method: "delete",
  path: "/auth/second-factor",
  tags,
  summary: "Go without a second factor",
  request: body(passwordProofSchema),
  responses: { ...done, ...problemResponses(401, 403, 409, 422, 429) },
});

type Here = Context<HttpEnvironment>;

const senderOf = (context: Here): Sender => ({
  headers: context.req.raw.headers,
  address: context.get("client_address"),
  recognised: (user_id) => {
    context.get("audit").actor_id = user_id;
  },
});

/** Why single sign-on ended at the sign-in page. */
function reasonOf(url: string): string {
  return new URLSearchParams(url.slice(url.indexOf("?"))).get("reason") ?? "single_sign_on_failed";
}

/** Hands the cookies on and notes who it was. */
function settle<Answer>(context: Here, { answer, cookies, user_id }: WithCookies<Answer>): Answer {
  for (const cookie of cookies) context.header("set-cookie", cookie, { append: true });
  if (user_id !== null) context.get("audit").actor_id = user_id;
  return answer;
}

/** Routes below `/auth`. Answers are never kept by a browser. */
export function createSignInRoutes(service: SignInService) {
  const router = createRouter();
  router.use("/auth/*", async (context, next) => {
    await next();
    context.res.headers.set("cache-control", "no-store");
  });
  return router
    .openapi(getSession, async (context) => context.json(await service.getState(context.get("caller")), 200))
    .openapi(signIn, async (context) => {
      const { email, password } = context.req.valid("json");
      const answer = settle(context, await service.signIn(senderOf(context), email, password));
      context.get("audit").details = { status: answer.status };
      return context.json(answer, 200);
    })
    .openapi(signInWithCode, async (context) => {
      const { code } = context.req.valid("json");
      return context.json(settle(context, await service.verifySecondFactor(senderOf(context), code)), 200);
    })
    .openapi(beginSingleSignOn, async (context) => {
      const { return_to = "/" } = context.req.valid("json");
      return context.json(
        settle(context, await service.beginSingleSignOn(senderOf(context), return_to)),
        200,
      );
    })
    .openapi(finishSingleSignOn, async (context) => {
      const found = await service.finishSingleSignOn(context.req.raw, context.get("client_address"));
      if (found.user_id === null) context.get("audit").refused = reasonOf(found.answer.url);
      return context.redirect(settle(context, found).url, 302);
    })
    .openapi(signOut, async (context) => {
      settle(context, await service.signOut(senderOf(context)));
      return context.body(null, 204);
    })
    .openapi(editProfile, async (context) => {
      await service.rename(callerOf(context), context.req.valid("json").name);
      return context.body(null, 204);
    })
    .openapi(changePassword, async (context) => {
      const change = context.req.valid("json");
      settle(context, await service.changePassword(senderOf(context), callerOf(context), change));
      return context.body(null, 204);
    })
    .openapi(beginSecondFactor, async (context) =>
      context.json(
        await service.beginSecondFactor(
          senderOf(context),
          callerOf(context),
          context.req.valid("json").password,
        ),
        200,
      ),
    )
    .openapi(confirmSecondFactor, async (context) => {
      settle(
        context,
        await service.confirmSecondFactor(
          senderOf(context),
          callerOf(context),
          context.req.valid("json").code,
        ),
      );
      return context.body(null, 204);
    })
    .openapi(makeBackupCodes, async (context) => {
      const codes = await service.makeBackupCodes(
        senderOf(context),
        callerOf(context),
        context.req.valid("json").password,
      );
      return context.json({ backup_codes: [...codes] }, 200);
    })
    .openapi(removeSecondFactor, async (context) => {
      const { password } = context.req.valid("json");
      settle(context, await service.removeSecondFactor(senderOf(context), callerOf(context), password));
      return context.body(null, 204);
    });
}
