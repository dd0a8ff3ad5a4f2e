// The fastest common design of another language: fastify, @fastify/jwt, postgres.js. One process, one statement a request.
// The account behind the token is not looked up: a token alone says who asks.

import { randomUUID } from 'node:crypto'
import jwt from '@fastify/jwt'
import fastify from 'fastify'
import postgres from 'postgres'

const { PEER_SECRET, PEER_AUDIENCE, PORT } = process.env

const sql = postgres({ max: 10 }) // libpq's variables say where
const app = fastify()

app.register(jwt, { secret: PEER_SECRET, verify: { allowedAud: PEER_AUDIENCE, algorithms: ['HS256'] } })
app.addHook('onRequest', request => request.jwtVerify())

const fields = {
  title: { type: 'string', minLength: 1, maxLength: 500 },
  description: { type: 'string', maxLength: 16384, default: '' },
  priority: { enum: ['none', 'low', 'medium', 'high'], default: 'none' },
  due_date: { type: 'string', format: 'date', nullable: true, default: null },
  tags: { type: 'array', items: { type: 'string' }, default: [] },
}

const instant = { type: 'string', format: 'date-time' }

const task = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    title: { type: 'string' },
    description: { type: 'string' },
    completed_at: { ...instant, nullable: true },
    priority: { type: 'string' },
    due_date: { type: 'string', format: 'date', nullable: true },
    tags: { type: 'array', items: { type: 'string' } },
    created_at: instant,
    updated_at: instant,
    version: { type: 'integer' },
  },
}

const columns = sql`id, user_id, title, description, completed_at, priority, due_date, tags, created_at, updated_at, version`

const reading = {
  params: { type: 'object', properties: { id: { type: 'string', format: 'uuid' } } },
  response: { 200: task },
}

app.get('/api/tasks/:id', { schema: reading }, async (request, reply) => {
  const [found] = await sql`SELECT ${columns} FROM tasks WHERE id = ${request.params.id}`
  if (!found) return reply.code(404).send()
  if (found.user_id !== request.user.sub) return reply.code(403).send()
  return found
})

const listing = {
  querystring: {
    type: 'object',
    properties: {
      limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      offset: { type: 'integer', minimum: 0, default: 0 },
    },
  },
  response: { 200: { type: 'object', properties: { items: { type: 'array', items: task } } } },
}

app.get('/api/tasks', { schema: listing }, async request => {
  const { limit, offset } = request.query
  const items = await sql`
    SELECT ${columns} FROM tasks WHERE user_id = ${request.user.sub}
    ORDER BY created_at DESC, id DESC LIMIT ${limit} OFFSET ${offset}`
  return { items }
})

const creating = {
  body: { type: 'object', required: ['title'], additionalProperties: false, properties: fields },
  response: { 201: task },
}

app.post('/api/tasks', { schema: creating }, async (request, reply) => {
  const now = new Date()
  const row = { ...request.body, id: randomUUID(), user_id: request.user.sub, created_at: now, updated_at: now, version: 1 }
  const [made] = await sql`INSERT INTO tasks ${sql(row)} RETURNING ${columns}`
  return reply.code(201).send(made)
})

await app.listen({ host: '127.0.0.1', port: Number(PORT) })
