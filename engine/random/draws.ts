// Numbers of the places in a column that draw. Fixed: another number is another dataset.

/** The column's own rule. */
export const RULE_DRAW = 0
/** Whether the value is null. */
export const NULL_DRAW = 1
/** The parent row, under the key of the foreign key's first child column. */
export const PARENT_DRAW = 2
/** The number of children of a parent row, under the same key. */
export const CHILDREN_DRAW = 3
/** The values of columns that do not repeat together, under the key of the first of them. */
export const JOINT_DRAW = 4
/** Which rows of the column its own anomalies damage, and how. */
export const ANOMALY_ROW_DRAW = 5
export const ANOMALY_CELL_DRAW = 6
/** Words that fill up a text which is shorter than its column allows. */
export const FILL_DRAW = 8
/** Rules inside rules, in the order of the config, count on from here. */
export const NESTED_DRAW = 16
/** Rules inside the rule that says how many children there are count on from here. */
export const CHILDREN_NESTED_DRAW = 0x4000_0000
