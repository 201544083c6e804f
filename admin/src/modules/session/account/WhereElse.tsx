import { paths } from "../../../paths.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import type { IconName } from "../../../ui/icon/icon-shapes.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Card } from "../../../ui/page/Card.tsx";

const places: { href: string; icon: IconName; word: string; text: string }[] = [
  {
    href: paths.settingsSessions(),
    icon: "screen",
    word: "Sessions",
    text: "Where you are signed in, and how to end it",
  },
  {
    href: paths.settingsTokens(),
    icon: "key",
    word: "API tokens",
    text: "For the command line, scripts and learning apps",
  },
];

/** The other ways into one's account. */
export function WhereElse() {
  return (
    <Card title="Where else your account is used">
      <ul>
        {places.map(({ href, icon, word, text }) => (
          <li key={href}>
            <AppLink className="account-place" href={href}>
              <Icon name={icon} />
              <span className="strong">{word}</span>
              <span className="text-2">{text}</span>
              <Icon name="right" small />
            </AppLink>
          </li>
        ))}
      </ul>
    </Card>
  );
}
