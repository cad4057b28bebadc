import { C, column, testCases } from '../problem-cases.ts'

testCases({
  'a network that is none': [
    column('type: str, rule: {type: ip, network: [10.0.0.0/8, 10.0.0.0/33]}'),
    {
      path: `${C}/rule/network`,
      message: /"10\.0\.0\.0\/33" is no network/,
      hint: /10\.0\.0\.0\/8/,
    },
  ],
  'a suffix that is none': [
    column('type: str, rule: {type: domain, suffix: "exa mple"}'),
    { path: `${C}/rule/suffix`, message: /no end of a domain/, hint: /example\.com/ },
  ],
  'a MAC prefix that is none': [
    column('type: str, rule: {type: mac, prefix: "00:zz"}'),
    { path: `${C}/rule/prefix`, message: /no beginning/, hint: /00:00:5e/ },
  ],
  'an IPv6 network that is not known': [
    column('type: str, rule: {type: ipv6, network: home}'),
    { path: `${C}/rule/network`, message: /must be "documentation" or/, hint: /private/ },
  ],
})
