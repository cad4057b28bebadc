// The workflows by name: what the bundle offers.
export { generation } from './generation.ts'
export { generationShard } from './shard.ts'
export { training } from './training.ts'
