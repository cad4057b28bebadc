// Which metrics, with which labels, an expression asks for: by Prometheus' own grammar.

import { parser } from '@prometheus-io/lezer-promql'

/** `labels`: those that it matches on, or that an aggregation around it groups by. */
export type Selector = { metric: string; labels: string[] }

type Node = ReturnType<typeof parser.parse>['topNode']

/** Throws SyntaxError where the expression is none. */
export function selectorsOf(expression: string): Selector[] {
  const text = ({ from, to }: Node) => expression.slice(from, to)
  const namesIn = (node: Node, kind: string) =>
    node.getChildren(kind).flatMap((child) => child.getChildren('LabelName').map(text))
  const found: Selector[] = []
  parser.parse(expression).iterate({
    enter({ type, node }) {
      if (type.isError) throw new SyntaxError(`not PromQL at ${node.from}: ${expression}`)
      if (node.name !== 'VectorSelector') return
      const metric = node.getChild('Identifier')
      if (metric === null) throw new SyntaxError(`a selector without a name: ${expression}`)
      const matchers = node.getChildren('LabelMatchers')
      const labels = matchers.flatMap((one) => namesIn(one, 'UnquotedLabelMatcher'))
      found.push({ metric: text(metric), labels: [...labels, ...groupedBy(node, namesIn)] })
    },
  })
  return found
}

function groupedBy(node: Node, namesIn: (node: Node, kind: string) => string[]): string[] {
  const labels: string[] = []
  for (let at = node.parent; at !== null; at = at.parent) {
    if (at.name !== 'AggregateExpr') continue
    for (const modifier of at.getChildren('AggregateModifier'))
      labels.push(...namesIn(modifier, 'GroupingLabels'))
  }
  return labels
}
