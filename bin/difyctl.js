#!/usr/bin/env node
// The launcher: turns on Node's compile cache where there is one, then loads the command line.
import process from 'node:process';

process.getBuiltinModule?.('node:module')?.enableCompileCache?.();
await import('../dist/main.js');
