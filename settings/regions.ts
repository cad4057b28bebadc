// Where workers are; a request's regions are a hard limit.

export const REGIONS = ['us-west', 'us-east', 'eu-central', 'asia-pacific'] as const
export type Region = (typeof REGIONS)[number]
