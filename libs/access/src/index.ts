export { may, type Access, type Actor, type Rule } from './may.js'
