/**
 * Texts that a server, a chart or a cluster could send. Each contains `evil` (some with control characters in between),
 * so that a test can see that it arrived.
 */
export const HOSTILE_TEXTS: readonly (readonly [what: string, text: string])[] = [
  ['a colour', '\u001b[31mevil\u001b[0m'],
  ['hidden text', '\u001b[8mevil'],
  ['a cleared screen', '\u001b[2J\u001b[Hevil'],
  ['an 8-bit CSI', '\u009b2Jevil'],
  ['a window title', '\u001b]0;pwned\u0007evil'],
  ['a hyperlink', '\u001b]8;;http://bad.invalid\u001b\\evil\u001b]8;;\u001b\\'],
  ['a string without end', '\u001b]0;evil'],
  ['a device control', '\u001bP1$r x\u001b\\evil'],
  ['a carriage return', 'pass\revil'],
  ['a line of its own', 'evil\n  + Deployment forged'],
  ['a line with CRLF', 'evil\r\n  ok all is well'],
  ['backspaces', 'evil\b\b\b\b'],
  ['NUL, BEL and DEL', 'e\u0000v\u0007i\u007fl'],
  ['a next line (C1)', 'evil\u0085::error::forged'],
  ['a line separator', 'evil\u2028::error::forged\u2029x'],
  ['text turned round', 'evil \u202egnp.exe\u202c'],
  ['isolated text', '\u2066evil\u2069 \u200f\u061c'],
  ['zero width', 'e\u200bv\u200ci\u200dl\ufeff'],
  ['tags that nobody sees', 'evil\u{E0001}\u{E0041}'],
  ['half a character', 'evil \ud800'],
  ['a command of GitHub', '::error file=x::evil'],
  ['the same after white space', '\n \t ::set-output name=a::evil'],
  ['the same after a colour', '\u001b[32m\n\u001b[31m::add-mask::evil'],
  ['the older command', 'x ##[error]evil'],
  ['a command of Azure', '##vso[task.setvariable variable=a]evil'],
  ['a command of TeamCity', "##teamcity[message text='evil']"],
  ['a section of GitLab', 'section_start:1:evil\r\u001b[0Kheader'],
  ['markup', '<script>alert("evil")</script>&\']]>'],
];

/**
 * What must not reach a terminal or a log: control characters except line ends and tabs, and marks that reverse or hide
 * text.
 */
export const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
/** Commands that a CI runner would execute. */
export const RUNNER_COMMAND = /^\s*::|##[a-z]*\[/im;
