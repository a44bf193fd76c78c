import { execa } from 'execa';

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A line of an htpasswd file: the user, and a bcrypt of the password. */
export async function htpasswdLine({ username, password }: Login): Promise<string> {
  const { stdout } = await execa('perl', [
    '-e',
    'print crypt($ARGV[0], q($2y$05$) . q(abcdefghijklmnopqrstuu))',
    password,
  ]);
  return `${username}:${stdout}\n`;
}
