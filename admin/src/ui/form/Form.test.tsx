import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";
import { Field } from "./Field.tsx";
import { Form } from "./Form.tsx";

afterEach(cleanup);

function TwoFields({ busy, refused, onSend }: { busy: boolean; refused: boolean; onSend: () => void }) {
  const [first, setFirst] = useState("");
  const [tried, setTried] = useState(false);
  const send = () => {
    setTried(true);
    if (first !== "") onSend();
  };
  return (
    <Form comesFocused className="stack" busy={busy} onSend={send}>
      <Field label="First" error={tried && first === "" ? "Write something." : undefined}>
        {(control) => <input {...control} value={first} onChange={(event) => setFirst(event.target.value)} />}
      </Field>
      <Field label="Second" error={refused ? "Not this." : undefined}>
        {(control) => <input {...control} />}
      </Field>
      <button type="submit">Send</button>
    </Form>
  );
}

const focused = () => document.activeElement?.getAttribute("id");
const idOf = (label: string) => screen.getByLabelText(label).id;

test("the keyboard begins in the first field, and goes to the one at fault when the form is sent", async () => {
  const sent: string[] = [];
  render(<TwoFields busy={false} refused={false} onSend={() => sent.push("sent")} />);
  expect(focused()).toBe(idOf("First"));
  await userEvent.click(screen.getByRole("button", { name: "Send" }));
  expect(focused()).toBe(idOf("First"));
  expect(screen.getByLabelText("First").getAttribute("aria-invalid")).toBe("true");
  expect(sent).toEqual([]);
});

test("what the answer finds fault with gets the keyboard, and typing on keeps it where it is", async () => {
  const sent: string[] = [];
  const props = { refused: false, onSend: () => sent.push("sent") };
  const page = render(<TwoFields busy={false} {...props} />);
  await userEvent.type(screen.getByLabelText("First"), "a{Enter}");
  expect(sent).toEqual(["sent"]);
  page.rerender(<TwoFields busy {...props} />);
  await userEvent.type(screen.getByLabelText("First"), "{Enter}");
  expect(sent, "nothing is sent twice").toEqual(["sent"]);
  page.rerender(<TwoFields busy={false} {...props} refused />);
  expect(focused()).toBe(idOf("Second"));
  await userEvent.type(screen.getByLabelText("First"), "b");
  expect(focused()).toBe(idOf("First"));
});
