// Words as the local part of an email address: ASCII letters and digits in lower case. The table is ours,
// as Unicode tables of engines change between versions.

import { oncePer } from '#engine/kept.ts'
import { lowerCase } from './letter-case.ts'

const FOLDED =
  'a:àáâãäåāăąǎạảấầẩẫậắằẳẵặа,b:бβ,c:çćĉċčц,ch:ч,d:ďđðдδ,dh:ђ,e:èéêëēĕėęěẹẻẽếềểễệеэєεё,f:фφ,g:ĝğġģгґγ,' +
  'h:ĥħх,i:ìíîïĩīĭįıİǐịỉиіїιήηί,j:ĵйј,k:ķкκ,kh:χ,l:ĺļľŀłлλ,lj:љ,m:мμ,n:ñńņňŉнν,nj:њ,' +
  'o:òóôõöøōŏőơǒọỏốồổỗộớờởỡợоοωόώ,oe:œ,ae:æ,p:пπ,ps:ψ,r:ŕŗřрρ,s:śŝşšșсσς,sh:ш,shch:щ,ss:ß,' +
  't:ţťŧțтτ,th:þθ,u:ùúûüũūŭůűųưǔụủứừửữựуυύ,v:вў,w:ŵ,x:ξ,y:ýÿŷỳỵỷỹыяю,z:źżžзζ,zh:ж,e:έ,a:αά'

const fold = new Map<string, string>()
for (const entry of FOLDED.split(',')) {
  const [latin = '', letters = ''] = entry.split(':')
  for (const letter of letters) fold.set(letter, latin)
}

/** The ASCII slug of a word; the empty string where nothing of it can be spelled in Latin letters. */
export function slugOf(word: string): string {
  const lower = lowerCase(word)
  if (/^[a-z0-9]*$/.test(lower)) return lower
  let slug = ''
  for (const char of lower) {
    if (/[a-z0-9]/.test(char)) slug += char
    else slug += fold.get(char) ?? ''
  }
  return slug
}

/** Distinct slugs of a list without digits; `['user']` where none is left. The same list has the same answer. */
export const slugsOf = oncePer((words: readonly string[]): readonly string[] => {
  const slugs = new Set(words.map((word) => slugOf(word).replaceAll(/[0-9]/g, '')))
  slugs.delete('')
  return slugs.size > 0 ? [...slugs] : ['user']
})
