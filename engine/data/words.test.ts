import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fallbackChain, LOCALES, words } from './words.ts'

test('every locale has words of every kind, without blanks or repeats, in NFC', () => {
  assert.ok(LOCALES.length >= 70)
  for (const locale of LOCALES) {
    const { first_name, last_name, city, email_domains, phone, full_name } = words(locale)
    for (const list of [first_name, last_name, city, email_domains, phone.patterns]) {
      assert.ok(list.length > 0, locale)
      assert.equal(new Set(list).size, list.length, locale)
      for (const word of list) assert.ok(word.trim() !== '' && word === word.normalize('NFC'), word)
    }
    assert.match(full_name, /^\{(first|last)_name\} ?\{(first|last)_name\}$/)
  }
})

test('phone patterns hold digits, marks and placeholders only', () => {
  for (const locale of LOCALES) {
    for (const pattern of words(locale).phone.patterns) assert.match(pattern, /^[0-9#! +()./-]+$/)
  }
})

test('a missing list comes from the language, then from English', () => {
  assert.deepEqual(fallbackChain('fr_CA'), ['fr_CA', 'fr', 'en'])
  assert.deepEqual(fallbackChain('sr_RS_latin'), ['sr_RS_latin', 'en'])
  assert.equal(words('fr_CA').last_name, words('fr').last_name)
  assert.equal(words('en_US').city, words('en').city)
  assert.notDeepEqual(words('en_GB').city, words('en').city)
})

test('names follow the order of the locale', () => {
  assert.equal(words('zh_CN').full_name, '{last_name}{first_name}')
  assert.equal(words('hu').full_name, '{last_name} {first_name}')
  assert.equal(words('en_US').full_name, '{first_name} {last_name}')
})

test('an unknown locale reads as English', () => {
  assert.equal(words('tlh').first_name, words('en').first_name)
})

test('the same locale is read once', () => {
  assert.equal(words('de'), words('de'))
})
