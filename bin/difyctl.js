#!/usr/bin/env node
// Launcher: enables Node's cache of compiled code, then loads the command line.
import { useCodeCache } from '../dist/code-cache.js';

useCodeCache();
await import('../dist/main.js');
