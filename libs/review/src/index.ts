export { METHODS, rubricFile, rubricTypes, type Criterion, type Exact, type Method, type Rubric, type Stage, type StageTypes, type Threshold, type Tie } from './rubric.js'
export { checkRubric } from './check-rubric.js'
