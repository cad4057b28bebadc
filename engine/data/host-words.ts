// Words that made-up domains and paths are put together from.

const listOf = (text: string): readonly string[] => text.trim().split(/\s+/)

/** What stands first in a made-up name. */
export const HOST_FIRST = listOf(`
  amber autumn azure blue bold brave bright broad calm clear clever cold copper coral crisp dark dawn deep early east
  fair fast fine first fresh gentle glad golden grand green happy high honest keen kind late light little lively
  lucky merry mild misty modern neat new noble north open pale plain polar proud pure quick quiet rapid red royal
  silent silver smart smooth soft solid south still sunny swift tidy true vivid warm west white wild wise young`)

/** What stands behind it, and in paths. */
export const HOST_SECOND = listOf(`
  acorn anchor anvil apple arch arrow aspen atlas badge bakery barley barn basin beacon beech bell birch boat bridge
  brook cabin candle canyon castle cedar chapel cliff clock cloud clover coast comet copper corner creek crest crown
  delta desk dock dune eagle ember engine falcon farm feather fern field finch fjord flame fleet forest forge fountain
  fox garden gate glade glass grove gull hall harbor harvest hawk hazel heron hill holly house inlet island ivory jetty
  juniper kite lake lamp lantern lark laurel leaf ledge lily linden lodge loom maple market marsh mason meadow mill mint
  moor moss mountain nest oak oasis olive orbit orchard otter owl palm parade path peak pearl pebble pier pine plaza
  pond poplar port prairie press quarry quill rain raven reef ridge river robin rose sail shore sparrow spring spruce
  square stable station stone stream studio summit tower trail valley vault village vine walnut wave wharf willow`)
