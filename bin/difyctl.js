#!/usr/bin/env node
// The launcher: turns on the cache of compiled code, then loads the command line.
import { useCodeCache } from '../dist/code-cache.js';

useCodeCache();
await import('../dist/main.js');
