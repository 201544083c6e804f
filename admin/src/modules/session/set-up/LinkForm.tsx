import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { SignInLink } from "../../../api/account-rows.ts";
import { ApiError } from "../../../api/problem.ts";
import { Field } from "../../../ui/form/Field.tsx";
import { Form } from "../../../ui/form/Form.tsx";
import { formatMoment } from "../../../ui/value/format.ts";
import { EmailField, refusalOfEmail } from "../fields/EmailField.tsx";
import { FormRefusal, issueOf } from "../fields/FormRefusal.tsx";
import { NewPasswordField } from "../fields/NewPasswordField.tsx";
import { refusalOf } from "../fields/password-strength.ts";
import { SendButton } from "../fields/SendButton.tsx";
import { useWait } from "../fields/use-wait.ts";
import { StandAlone } from "../StandAlone.tsx";
import type { LinkFields } from "../session-api.ts";
import { DeadLink } from "./DeadLink.tsx";
import { wordsOf } from "./link-words.ts";
import { spend } from "./spent-links.ts";

type Asked = SignInLink["asks_for"][number];

const nameRefusal = "Write your name as others should see it.";

function refusalsOf(asked: readonly Asked[], fields: Record<Asked, string>) {
  const asks = (field: Asked, refusal: string | undefined) => (asked.includes(field) ? refusal : undefined);
  return {
    name: asks("name", fields.name.trim() === "" ? nameRefusal : undefined),
    email: asks("email", refusalOfEmail(fields.email)),
    password: asks("password", refusalOf(fields.password)),
  };
}

/** Asks for what the link's account still lacks, uses the link up and signs in. */
export function LinkForm({ secret, link }: { secret: string; link: SignInLink }) {
  const asks = (field: Asked) => link.asks_for.includes(field);
  const [fields, setFields] = useState<Record<Asked, string>>({
    name: asks("name") && link.kind === "first_administrator" ? "" : link.name,
    email: link.email ?? "",
    password: "",
  });
  const [tried, setTried] = useState(false);
  const spending = useMutation({ mutationFn: (given: LinkFields) => spend(secret, given) });
  const { error } = spending;
  const waitS = useWait(error);
  const words = wordsOf(link);
  const refusals = refusalsOf(link.asks_for, fields);
  const send = () => {
    setTried(true);
    if (Object.values(refusals).some((refusal) => refusal !== undefined)) return;
    const given: LinkFields = {};
    for (const field of link.asks_for)
      given[field] = field === "password" ? fields[field] : fields[field].trim();
    spending.mutate(given);
  };
  if (error instanceof ApiError && error.code === "link_invalid") return <DeadLink error={error} />;
  return (
    <StandAlone foot={`The link works once, until ${formatMoment(new Date(link.expires_at), new Date())}.`}>
      <h1>{words.title}</h1>
      <p className="text-2">{words.text}</p>
      <Form comesFocused className="alone-form" busy={spending.isPending} onSend={send}>
        <FormRefusal error={error} waitS={waitS} elsewhere={["password_weak", "email_taken"]} />
        {asks("name") && (
          <NameField
            value={fields.name}
            onChange={(name) => setFields({ ...fields, name })}
            error={(tried ? refusals.name : undefined) ?? issueOf(error, "name")}
          />
        )}
        {(asks("email") || link.email !== null) && (
          <EmailField
            value={fields.email}
            readOnly={!asks("email")}
            onChange={(email) => setFields({ ...fields, email })}
            error={(tried ? refusals.email : undefined) ?? issueOf(error, "email", ["email_taken"])}
          />
        )}
        {asks("password") && (
          <NewPasswordField
            label="Password"
            value={fields.password}
            onChange={(password) => setFields({ ...fields, password })}
            own={[fields.name, fields.email]}
            error={(tried ? refusals.password : undefined) ?? issueOf(error, "password", ["password_weak"])}
          />
        )}
        <SendButton large look="primary" busy={spending.isPending} waitS={waitS}>
          {words.button}
        </SendButton>
      </Form>
    </StandAlone>
  );
}

type NameFieldProps = { value: string; onChange: (value: string) => void; error: string | undefined };

function NameField({ value, onChange, error }: NameFieldProps) {
  return (
    <Field label="Name" error={error}>
      {(control) => (
        <input
          {...control}
          className="input"
          type="text"
          name="name"
          autoComplete="name"
          maxLength={100}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
