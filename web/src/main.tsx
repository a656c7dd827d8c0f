import { render } from 'preact';
import { App } from './app';
import { api, openRoom } from './client';
import { followSystemTheme } from './state/theme';
import { watchDays } from './state/today';
import { watchViewport } from './state/viewport';
import { Visit } from './state/visit';
import './style/index.css';

const services = { api, openRoom };
const visit = new Visit(services, history, location);

addEventListener('popstate', () => visit.arrive());
followSystemTheme();
watchDays();
watchViewport();

const root = document.getElementById('app');
if (root) render(<App visit={visit} services={services} />, root);
visit.begin();
