import { type DragEvent, type ReactNode, useId, useState } from "react";
import { Icon } from "../icon/Icon.tsx";
import { formatBytes } from "../value/format.ts";
import "./content.css";

/** What came of offering a file: its text, or a sentence that says what to do instead. */
export type FileOutcome = { name: string; bytes: number; text: string } | { refused: string };

const replacementShare = 0.002;

/** Reads a text file. Refuses files over `maxBytes` and files that are not text, in words. */
export async function readTextFile(file: File, maxBytes: number): Promise<FileOutcome> {
  if (file.size > maxBytes) {
    return {
      refused: `${file.name} has ${formatBytes(file.size)}; at most ${formatBytes(maxBytes)} fit. Take a part of it.`,
    };
  }
  if (file.size === 0) return { refused: `${file.name} is empty. Choose a file with text in it.` };
  const text = new TextDecoder("utf-8").decode(await file.arrayBuffer());
  const unreadable = text.split("\u0000").length - 1 + (text.split("\ufffd").length - 1);
  if (unreadable > text.length * replacementShare) {
    return {
      refused: `${file.name} is not a text file. Save it as plain text or Markdown and drop it again.`,
    };
  }
  if (text.trim() === "")
    return { refused: `${file.name} holds only blank space. Choose a file with text in it.` };
  return { name: file.name, bytes: file.size, text };
}

type FileDropProps = {
  accept: string;
  maxBytes: number;
  /** Called once for each file, in their order. */
  onFile: (outcome: FileOutcome) => void;
  children: ReactNode;
};

/** Files by drop, click or keyboard; the native input does the work. */
export function FileDrop({ accept, maxBytes, onFile, children }: FileDropProps) {
  const id = useId();
  const [over, setOver] = useState(false);
  const take = async (files: readonly File[]) => {
    for (const file of files) onFile(await readTextFile(file, maxBytes));
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take([...event.dataTransfer.files]);
  };
  return (
    <label
      htmlFor={id}
      className={over ? "file-drop file-drop-over" : "file-drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <input
        id={id}
        type="file"
        multiple
        className="visually-hidden"
        accept={accept}
        onChange={(event) => {
          void take([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <Icon name="upload" />
      <span>{children}</span>
    </label>
  );
}
