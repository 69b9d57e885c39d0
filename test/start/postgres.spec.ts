import pg from 'pg'

describe('the database for specs', () => {
  it('answers at TEST_DATABASE_URL', async () => {
    const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL })
    await client.connect()
    const { rows } = await client.query(`SELECT current_database() AS name`)
    await client.end()
    expect(rows).toEqual([{ name: 'saitaku' }])
  })
})
