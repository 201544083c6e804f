/**
 * Words whose exchange turns a true statement into a false one that reads as well. Chosen by hand: antonyms
 * taken from a dictionary gave nonsense ("impartial eclipse"). A line with ">" works in one direction only.
 */
const PAIRS = `
higher lower | high low | highest lowest | larger smaller | large small | largest smallest | greater > smaller
greatest > smallest | bigger smaller | big small | stronger weaker | strong weak | strongest weakest
strongly weakly | faster slower | fast slow | fastest slowest | quickly slowly | quick slow | rapidly slowly
increase decrease | increases decreases | increased decreased | increasing decreasing
rises falls | rose fell | rising falling | grows shrinks | grew shrank | expands contracts | expand contract
above below | longer shorter | long short | longest shortest | wide narrow | wider narrower | widest narrowest
deep shallow | deeper shallower | deepest shallowest | thick thin | thicker thinner | heavy light | heavier lighter
hot cold | hotter colder | hottest coldest | warm cool | warmer cooler | warmest coolest
nearer farther | nearest farthest | closer > farther | closest > farthest | near far | early late | earlier > later
first last | starts ends | begins ends
north south | northern southern | east west | eastern western | northwards southwards
upper lower | upwards downwards | upward downward | inside outside | inner outer | internal external
cheap expensive | cheaper > dearer | rich poor | easy difficult | easier harder | easily > hardly
soft hard | softer harder | softens hardens | solid liquid | rough smooth | tight loose | tightly loosely
wet dry | wetter drier | positive negative | active passive | public private | old > new | older newer | oldest newest
young old | younger older | modern ancient | common rare | often rarely | usually rarely | most few | many few
more less | most least | similar different | minimum maximum | simple complex | horizontal vertical
without > with | gains > loses | gain > lose | gained > lost | absorbs releases | absorb release | attract repel
attracts repels | imports exports | import export | imported exported | bought sold | buy sell
summer winter | noon midnight | urban rural | visible invisible
direct indirect | directly indirectly | regular irregular | regularly irregularly | equal unequal | evenly unevenly
possible impossible | likely unlikely | predictable unpredictable | useful useless | permanent temporary
success failure | majority minority | presence absence | clockwise anticlockwise
widely > narrowly | fewer > more | better worse | best worst
appears disappears | appear disappear | opens closes | opened closed | safer > riskier
towards > away~from | toward > away~from | together > apart | dense > loose | before after | sharp blunt
pale dark | durable fragile | plentiful scarce | plenty > lack
`;

function readPairs(): Map<string, string> {
  const partners = new Map<string, string>();
  for (const entry of PAIRS.split(/[|\n]/)) {
    const words = entry
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "");
    const [from, to] = words.filter((word) => word !== ">");
    if (from === undefined || to === undefined) continue;
    if (!partners.has(from)) partners.set(from, to.replace("~", " "));
    if (!words.includes(">") && !partners.has(to)) partners.set(to, from.replace("~", " "));
  }
  return partners;
}

const PARTNERS = readPairs();

/** The opposite of a word in lower case, or null when it has none that can stand in its place. */
export function contrastOf(word: string): string | null {
  return PARTNERS.get(word) ?? null;
}
