/** Prints the table of races: ./build.sh races */
import { racesTable } from './table.js';

console.log(await racesTable());
