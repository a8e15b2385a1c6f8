import '../lib/look/tokens.css';
import '../lib/look/base.css';
import '../lib/look/theme.svelte';
import { mount } from 'svelte';
import App from './App.svelte';

mount(App, { target: document.getElementById('app')! });
