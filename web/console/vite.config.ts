import { defineConfig } from 'vite';
import { appConfig } from '../vite.shared.ts';
import { installable } from './pwa/plugin.ts';

const config = appConfig('console', '/');
export default defineConfig({ ...config, plugins: [config.plugins, installable()] });
