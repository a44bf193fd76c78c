/** A terminal of `cols` columns without colours: the subset that Inquirer and the reports use. */
export class Screen {
  readonly #cols: number;
  #rows: string[][] = [[]];
  /** The start of a sequence whose end has not arrived yet. */
  #rest = '';
  #row = 0;
  #col = 0;

  constructor(cols: number) {
    this.#cols = cols;
  }

  /** The lines up to the last that is not empty, without trailing blanks. */
  get text(): string {
    const lines = this.#rows.map((cells) =>
      Array.from(cells, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
    return lines.join('\n').replace(/\n+$/, '');
  }

  /** Throws Error for an unknown sequence, so that tests never compare a wrong screen. */
  write(bytes: string): void {
    const all = this.#rest + bytes;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a terminal reads
    this.#rest = /\u001b(?:\[[?0-9;]*)?$/.exec(all)?.[0] ?? '';
    this.#read(all.slice(0, all.length - this.#rest.length));
  }

  #read(bytes: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a terminal reads
    const pattern = /\u001b\[([?0-9;]*)([A-Za-z])|\u001b(.)|([\s\S])/gu;
    for (const [whole, parameters = '', command, other, character] of bytes.matchAll(pattern)) {
      if (command !== undefined) this.#control(parameters, command);
      else if (character !== undefined) this.#put(character);
      else if (other !== undefined) throw new Error(`the test screen does not know ${JSON.stringify(whole)}`);
    }
  }

  #control(parameters: string, command: string): void {
    const [first = Number.NaN, second = Number.NaN] = parameters.split(';').map((text) => Number.parseInt(text, 10));
    const count = Number.isNaN(first) ? 1 : Math.max(1, first);
    switch (command) {
      case 'A':
        this.#row = Math.max(0, this.#row - count);
        break;
      case 'B':
        this.#goTo(this.#row + count);
        break;
      case 'C':
        this.#col = Math.min(this.#cols - 1, this.#col + count);
        break;
      case 'D':
        this.#col = Math.max(0, Math.min(this.#col, this.#cols - 1) - count);
        break;
      case 'G':
        this.#col = Math.min(this.#cols, count) - 1;
        break;
      case 'H':
        this.#goTo(count - 1);
        this.#col = (Number.isNaN(second) ? 1 : second) - 1;
        break;
      case 'J':
        this.#erase(Number.isNaN(first) ? 0 : first, 'screen');
        break;
      case 'K':
        this.#erase(Number.isNaN(first) ? 0 : first, 'line');
        break;
      case 'm':
      case 'h':
      case 'l':
        break;
      default:
        throw new Error(`the test screen does not know CSI ${parameters}${command}`);
    }
  }

  /** `part`: 0 erases from the cursor to the end, 1 from the start to the cursor, 2 everything. */
  #erase(part: number, of: 'line' | 'screen'): void {
    const cells = this.#rows[this.#row] ?? [];
    if (part === 0) cells.length = Math.min(cells.length, this.#col);
    else if (part === 1) cells.fill(' ', 0, this.#col + 1);
    else cells.length = 0;
    if (of === 'line') return;
    if (part === 0) this.#rows.length = this.#row + 1;
    else for (const row of this.#rows.slice(0, part === 1 ? this.#row : undefined)) row.length = 0;
  }

  #put(character: string): void {
    if (character === '\r') this.#col = 0;
    else if (character === '\n') this.#goTo(this.#row + 1);
    else if (character === '\b') this.#col = Math.max(0, this.#col - 1);
    else if (character >= ' ') {
      if (this.#col >= this.#cols) {
        this.#goTo(this.#row + 1);
        this.#col = 0;
      }
      const cells = this.#rows[this.#row] ?? [];
      while (cells.length < this.#col) cells.push(' ');
      cells[this.#col] = character;
      this.#col += 1;
    }
  }

  #goTo(row: number): void {
    while (this.#rows.length <= row) this.#rows.push([]);
    this.#row = row;
  }
}
