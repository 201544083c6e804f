import { useId } from "react";
import type { Role } from "../../api/session/roles.ts";
import { isEmailAddress } from "../../ui/form/email-address.ts";
import { Choice, Field } from "../../ui/form/Field.tsx";
import { roleChoices } from "./user-words.ts";

/** What is typed of an account. */
export type UserFormValues = { email: string; name: string; role: Role };

/** What is wrong with it, by field. */
export type UserFormErrors = Partial<Record<"email" | "name", string>>;

/** Reads what was typed; the server decides what an e-mail address is, here only slips are caught. */
export function readUserForm({ email, name }: UserFormValues, needsEmail: boolean): UserFormErrors {
  const errors: UserFormErrors = {};
  if (name.trim() === "") errors.name = "Write the person's name.";
  const address = email.trim();
  if (address === "" ? needsEmail : !isEmailAddress(address))
    errors.email = "Write an e-mail address, such as name@example.org.";
  return errors;
}

type FieldsProps = {
  values: UserFormValues;
  errors: UserFormErrors;
  /** What follows from the address. */
  emailHint: string;
  /** Why the address cannot be changed. */
  emailReason?: string | undefined;
  onChange: (part: Partial<UserFormValues>) => void;
};

/** Name and e-mail address of a person. */
export function PersonFields({ values, errors, emailHint, emailReason, onChange }: FieldsProps) {
  return (
    <>
      <Field label="Name" error={errors.name}>
        {(control) => (
          <input
            {...control}
            className="input"
            data-first-focus=""
            autoComplete="off"
            maxLength={100}
            value={values.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Field label="E-mail address" error={errors.email} hint={emailReason ?? emailHint}>
        {(control) => (
          <input
            {...control}
            className="input"
            type="email"
            inputMode="email"
            autoComplete="off"
            spellCheck={false}
            maxLength={254}
            readOnly={emailReason !== undefined}
            value={values.email}
            onChange={(event) => onChange({ email: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

type RoleFieldProps = {
  role: Role;
  /** Why it cannot be changed. */
  closedBecause?: string | undefined;
  onChange: (role: Role) => void;
};

/** The role as a choice of one, each with what it may do. */
export function RoleField({ role, closedBecause, onChange }: RoleFieldProps) {
  const id = useId();
  if (closedBecause !== undefined) {
    return (
      <div className="field">
        <span className="strong">Role</span>
        <p>{roleChoices.find((choice) => choice.role === role)?.title}</p>
        <p className="field-hint">{closedBecause}</p>
      </div>
    );
  }
  return (
    <fieldset className="choices">
      <legend>Role</legend>
      {roleChoices.map((choice) => (
        <Choice
          key={choice.role}
          name={id}
          title={choice.title}
          checked={choice.role === role}
          onChoose={() => onChange(choice.role)}
        >
          {choice.explains}
        </Choice>
      ))}
    </fieldset>
  );
}
