// Plain English words: what a text column without a rule holds, and what fills up texts that are too short.

export const PLAIN_WORDS: readonly string[] =
  `amber anchor apple arrow autumn beacon berry blossom breeze bridge bright canyon cedar
  cloud coral crystal dawn delta ember falcon feather field flame forest garden glacier golden granite
  harbor hazel horizon island ivory jasper juniper lake lantern lemon linen lotus maple marble meadow
  mint mist moon mountain oak ocean olive orchid pearl pebble pine planet prairie quartz rain raven
  reef ridge river robin rose ruby sage sand shadow shell silver sky snow spring spruce star stone
  storm summer sun thunder tide tulip valley velvet violet walnut water willow wind winter`.split(
    /\s+/,
  )
