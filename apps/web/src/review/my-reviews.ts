import { useQuery } from '@tanstack/react-query'
import { client, ok, type Schemas } from '../api/client.js'

export function useMyReviews() {
  return useQuery({ queryKey: ['my-reviews'], queryFn: async ({ signal }) => (await ok(client.GET('/api/v1/reviews', { signal }))).items })
}

/** Still to be scored. */
export const isNext = ({ state, scoring }: Schemas['MyReviews']['items'][number]): boolean => scoring === 'open' && (state === 'todo' || state === 'draft')

type Item = Schemas['MyReviews']['items'][number]

/** The reviews of each stage of each call together, in the order in which they come. */
export function byStage(items: readonly Item[]): Item[][] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = `${item.call.id}/${item.stage.id}`
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return [...groups.values()]
}
