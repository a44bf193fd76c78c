/**
 * A tenant's key pair and values encrypted as Dify 1.16 does: made once with Python's pycryptodome, which Dify uses.
 * The key pair was made for this test and protects nothing.
 */
export const TENANT_VECTOR = {
  privateKey: `-----BEGIN RSA PRIVATE KEY-----
MIIEowIBAAKCAQEAo8fTtTY1ULH8YdqFbpfcry4h38FeVcaySTwlk1rjyFmZy7Wr
CvXbJXZOqirGau3iiqVyby0D6whuOxxfgun/aSGj002RWh1Fpmx1gzwSmrvTz9ZF
c8lfZNdnQRlQgDfdVbM8A9L9n6IpEaxGmwvy+OWKhZpUlw4YBogEiTIl2gpnsH6c
ZlZNepDYmbz4q6n3EiuWkYdWQV4ilcdySMbKz06DmeXNw4ORQE0zb6E9wZ0YzqWb
mBoIlmeEVccHGS0rxIY/vOsbXpT8akSUUDUb4jPSAY9B1Qn2FCSQzJcsJ8Hz0AzT
nKhAA4GwsXSeIr4+osuH/bn7GS+/yqBynNiRjQIDAQABAoIBAAqcu5iN0yWP6tkS
VjwExg1p0VMUzf6D2fCJ36ttI75LI/6Bnnwe0xzZzh4TmHi8QkYWk1Ql2A+mI7Jb
08qBTAXtYpah+42ZwPYYKAMhZNk223InoadvgGlh1bRvpfow5HwVmYlr5fgugze8
cHTCcPN0uCWRCvMgvCjMLnMPV0mJ8Xg1LzH5Z1sNC0cCINch6coM3XYkL7vRqBmq
f/hKrG6Mmx68AJmk6oDDSdxscIZHrLQ+CEFxgTUD1cQICgEyHjK4zFs4xyk94yYy
an6LDxt/DePPbcHAkLDK9fx+kKGbIgzpEggfdxpGCTvfxHDrwzx9W7LkmUPn0GJb
Bjq4y7ECgYEAwC2X8QtEXIZ18O1h7uK5oRLx22BDxIPc3ZlB2hppqE9xfYvs9Z7N
xjED66vceshVxbQnUVZe7Wt0XoRrpTW6uDiUY/grjQ8ccZDi7q8zfolR6SVl8WL5
95QkDC3dOAj8l5ZVZVuKPSavx/0Sa4gVaPDPWeAuQ/k/s6qi6XDhk1kCgYEA2iv1
/NI/WJYJV56GoiOuuHHJqSq2z740cPHgIl3jzD+Y6+5BOfJmwDKYfL4NtaM1uO4E
2J8BkfVDdeJefCDeusC5dQqzamEhpfEwp2job8S48+4ykF3oa6eKMSiBKFjHfa5U
mNWCQF50UPFU4saI387TYtHHoQeyx8ghbi3sLVUCgYAUjwwZIk5u44eMfaijaKfZ
HnC3OkYlqMGhBzsvPPIeqlkGyEhSQmnbEPVNafZNQE9EtjAamHXRSlSJo/rsEqJm
AM+HHk5yabJuR8SvKhkFKWWU3oZYW3FIVhXBI8rtqrBy+wcpr7BLOG9HosAstsMr
lc9o2v24EdsJunBxLr1DCQKBgHXz3oJZiTXzqAlfA5sVf5jorAZxuXSHeQK3Ql5S
NJ5wo9Sqc0lI7JRsxlRqzC6vlpPs22HiVY778wUA5eRmQQTmvV2x815INVDqHUvl
RAVpbjUzStMScl4Broz1QR73IKOqZMJcbJcweeJpF2Ojwsx9nXuHv04oQ1gPs0NG
QLIhAoGBAI7r6/soqzqKTfOR7Mn4mh7TGx772co6pjoP1vYcTF6Q2BJRhyqP6EuC
xDxsQ5iy4G9t+e/5QtYj7ULkwSKV8/sul4Q5zM/8jMK5WnTQZ1dTBijVOhb9VVfX
2ReuxypthmBm+5X3zBrQTOTfLdniy1LbdT483oBSj5QKtFgnbDBC
-----END RSA PRIVATE KEY-----
`,
  publicKey: `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAo8fTtTY1ULH8YdqFbpfc
ry4h38FeVcaySTwlk1rjyFmZy7WrCvXbJXZOqirGau3iiqVyby0D6whuOxxfgun/
aSGj002RWh1Fpmx1gzwSmrvTz9ZFc8lfZNdnQRlQgDfdVbM8A9L9n6IpEaxGmwvy
+OWKhZpUlw4YBogEiTIl2gpnsH6cZlZNepDYmbz4q6n3EiuWkYdWQV4ilcdySMbK
z06DmeXNw4ORQE0zb6E9wZ0YzqWbmBoIlmeEVccHGS0rxIY/vOsbXpT8akSUUDUb
4jPSAY9B1Qn2FCSQzJcsJ8Hz0AzTnKhAA4GwsXSeIr4+osuH/bn7GS+/yqBynNiR
jQIDAQAB
-----END PUBLIC KEY-----
`,
  /** `sk-drill-0123456789`, encrypted with the public key. */
  token:
    'SFlCUklEOpCwM9oMTAYlzqGnTy+YEaU9cZaK8dx8wixZKs7qQELv9egQ5j6t/0DtGjeWBHQy3lQVn7nQIXgPg69iFRZbFbkcyrU/YwnLWQ9EXywjqFdxWGW27vtfRghQlE7t/U/rH+4E0hjUw3U3QTAR0hasZ5mixBRPFnH02Z1b09cel/X+yZJ8JqJqIUMiu/Bd8K5fWFVTWsgLTirHNneshBgodiZUPfKDsCeJbSyS8BImZhqIC+Rhkjm1q0MBqIx71BlzOJrUhn7/JM8Z/Akb8HNUWlCMDRMBwnj+A0dIcaNA+xRHvtpmwMgFBlBeC14fPQSri26369+kSv1xF4AfCLcmsIqnAEB/OYR9Bh0Q0tqNJhogsThGcwL+8PLKnJaVJ4zCVEPiaWfm4v2HX4iDAuIhLSpIL90=',
};

export const SYSTEM_VECTOR = {
  secretKey: 'a-secret-key-of-42-characters',
  /** `{"client_id": "cid", "client_secret": "cs"}`, encrypted with SECRET_KEY. */
  sealed: 'wvYFBQUjKa28ijxizJ9m1JpR4SJ1YLtiFWLuwyxi3eQrrXtqaLuH3o+xf7cYQfIeAX0arrdGaYnWDeVknN1l2w==',
};
