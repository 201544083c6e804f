import { Icon } from "../icon/Icon.tsx";
import { Menu } from "../overlay/Menu.tsx";
import { chooseTheme, type ThemeChoice, useThemeChoice } from "./theme.ts";

const themes: { choice: ThemeChoice; word: string; icon: "sun" | "moon" | "screen" }[] = [
  { choice: "light", word: "Light", icon: "sun" },
  { choice: "dark", word: "Dark", icon: "moon" },
  { choice: "system", word: "Like the system", icon: "screen" },
];

/** The choice of the theme, as a menu below its mark. */
export function ThemeMenu() {
  const choice = useThemeChoice();
  const items = themes.map((theme) => ({
    key: theme.choice,
    word: theme.word,
    icon: theme.icon,
    chosen: theme.choice === choice,
    onSelect: () => chooseTheme(theme.choice),
  }));
  return (
    <Menu
      label="Theme"
      button={<Icon name={themes.find((theme) => theme.choice === choice)?.icon ?? "theme"} />}
      buttonClass="button button-quiet button-icon"
      items={items}
    />
  );
}
