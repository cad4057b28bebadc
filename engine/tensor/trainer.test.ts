import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAdam, type Optimiser } from './adam.ts'
import { add, hyperbolicTangent, multiply, square, subtract } from './elementwise.ts'
import type { SymbolicTensor } from './graph.ts'
import { gemm, mean, sum } from './linear.ts'
import { createKeystream, normal } from './noise.ts'
import { linearParameters, type Parameter } from './parameters.ts'
import { createTrainer, STATE_BYTES_MAX, type Trainer } from './trainer.ts'
import { savedState, type TrainingStep } from './training-step.ts'

const BATCH = 32
const WIDTH = 4

/** Learns the function of a table: y = tanh of a fixed mixture, from noise given by a keystream. */
function example(): { training: TrainingStep; adam: Optimiser } {
  const parameters: Parameter[] = [
    ...linearParameters('hidden', WIDTH, 16),
    ...linearParameters('out', 16, 1),
    {
      name: 'bounded',
      shape: [1],
      initialise: (values) => values.fill(0.5),
      bounds: { low: 0.49, high: 0.75 },
    },
  ]
  const adam = createAdam('net', parameters, {
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    weightDecay: 1e-5,
  })
  const random = createKeystream(7, 1)
  const bits = new Uint32Array(1)
  let drawn = 0
  const training: TrainingStep = {
    state: adam.state(() => {
      random.fill(drawn++, bits)
      return (bits[0] ?? 0) / 2 ** 32
    }),
    feeds: [{ name: 'noise', shape: [BATCH, WIDTH], dtype: 'uint32' }],
    tables: [
      {
        name: 'mixture',
        shape: [WIDTH, 1],
        dtype: 'float32',
        data: Float32Array.of(1, -1, 0.5, 2),
      },
    ],
    step(context) {
      const p = adam.parameters(context) as Record<string, SymbolicTensor>
      const [w1, b1, w2, b2] = ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias'].map(
        (name) => p[name] as SymbolicTensor,
      ) as [SymbolicTensor, SymbolicTensor, SymbolicTensor, SymbolicTensor]
      const x = normal(context.feed('noise'))
      const wanted = hyperbolicTangent(gemm(x, context.table('mixture')))
      const found = gemm(hyperbolicTangent(gemm(x, w1, { bias: b1 })), w2, { bias: b2 })
      const shifted = add(found, p['bounded'] as SymbolicTensor)
      const loss = mean(square(subtract(wanted, shifted)))
      const { state } = adam.step(context, loss)
      return { state, metrics: { loss } }
    },
    afterRun: adam.afterRun,
  }
  return { training, adam }
}

async function run(trainer: Trainer, from: number, to: number, perRun: number): Promise<number[]> {
  const noise = createKeystream(42, 0)
  const losses: number[] = []
  for (let step = from; step < to; step += perRun) {
    const count = Math.min(perRun, to - step)
    const memory = trainer.feed<Uint32Array>('noise')
    const size = BATCH * WIDTH
    for (let i = 0; i < count; i++) noise.fill(step + i, memory.subarray(i * size, (i + 1) * size))
    losses.push(...((await trainer.run(count))['loss'] ?? []))
  }
  return losses
}

async function trained(perRun: number, threads = 1) {
  const trainer = await createTrainer(example().training, { stepsPerRun: perRun, threads })
  const losses = await run(trainer, 0, 200, perRun)
  const state = trainer.save()
  await trainer.release()
  return { losses, state }
}

test('a network learns, and parameters stay within their bounds', async () => {
  const { losses, state } = await trained(20)
  assert.equal(losses.length, 200)
  const average = (list: number[]): number => list.reduce((sum, loss) => sum + loss) / list.length
  assert.ok(average(losses.slice(-20)) < 0.1 * average(losses.slice(0, 20)))
  const { training, adam } = example()
  const values = adam.valuesOf(savedState(training, state))
  const value = values.get('bounded')?.[0] ?? 0
  assert.ok(value >= Math.fround(0.49) && value < 0.5, `${value} is not at the nearer bound`)
})

test('the same bits with one thread or two, and but for rounding however steps are cut into runs', async () => {
  const whole = await trained(20)
  assert.deepEqual(await trained(20, 2), whole)
  for (const perRun of [1, 33]) {
    const { losses } = await trained(perRun)
    for (const [step, loss] of losses.entries())
      assert.ok(Math.abs(loss - (whole.losses[step] as number)) < 1e-4, `${loss} at ${step}`)
  }
})

test('a training that goes on from a checkpoint ends with the same bits', async () => {
  const whole = await trained(20)
  const first = await createTrainer(example().training, { stepsPerRun: 20 })
  const before = await run(first, 0, 80, 20)
  const checkpoint = first.save()
  await first.release()
  const second = await createTrainer(example().training, { stepsPerRun: 20 })
  second.load(checkpoint)
  const after = await run(second, 80, 200, 20)
  assert.deepEqual({ losses: [...before, ...after], state: second.save() }, whole)
  await second.release()
})

/** Below, processors take many times as long for a number. */
const NORMAL_LEAST = 2 ** -126
const isTooSmall = (value: number): boolean => value !== 0 && Math.abs(value) < NORMAL_LEAST

for (const beta1 of [0.9, 0.5, 0])
  test(`a parameter that nothing reads becomes 0, and no number too small to be normal (${beta1})`, async () => {
    const parameters = ['read', 'idle'].map((name): Parameter => {
      return { name, shape: [50], initialise: (values) => values.fill(0.1) }
    })
    const options = { learningRate: 0.001, beta1, beta2: 0.9, weightDecay: 1e-5 }
    const adam = createAdam('net', parameters, options)
    const step: TrainingStep['step'] = (context) => {
      const loss = mean(square(subtract(adam.parameters(context)['read'] as SymbolicTensor, 1)))
      return { state: adam.step(context, loss).state, metrics: {} }
    }
    const { afterRun } = adam
    const training = { state: adam.state(() => 0), feeds: [], tables: [], step, afterRun }
    const trainer = await createTrainer(training, { stepsPerRun: 20 })
    for (let run = 0; run < 150; run++) {
      await trainer.run(20)
      for (const values of trainer.save()) assert.ok(!values.some(isTooSmall))
    }
    const values = adam.valuesOf((name) => trainer.state(name))
    assert.deepEqual(values.get('idle'), new Float32Array(50))
    assert.ok(values.get('read')?.every((value) => value > 0.9))
    await trainer.release()
  })

for (const beta1 of [0.9, 0])
  test(`parameters move as Adam moves them, run after run (${beta1})`, async () => {
    const options = { learningRate: 0.05, beta1, beta2: 0.95, weightDecay: 0.1 }
    const start: Parameter = { name: 'x', shape: [1], initialise: (values) => values.fill(1) }
    const adam = createAdam('net', [start], options)
    const training: TrainingStep = {
      ...{ state: adam.state(() => 0), feeds: [], tables: [], afterRun: adam.afterRun },
      step(context) {
        const x = adam.parameters(context)['x'] as SymbolicTensor
        return { state: adam.step(context, sum(multiply(square(x), x))).state, metrics: {} }
      },
    }
    const trainer = await createTrainer(training, { stepsPerRun: 7 })
    let [x, first, second] = [1, 0, 0]
    for (let run = 0, step = 0; run < 4; run++) {
      await trainer.run(7)
      for (const end = step + 7; step < end; ) {
        const slope = 3 * x * x + options.weightDecay * x
        step++
        first = beta1 * first + (1 - beta1) * slope
        second = options.beta2 * second + (1 - options.beta2) * slope * slope
        const root = Math.sqrt(second / (1 - options.beta2 ** step))
        x -= (options.learningRate * first) / (1 - beta1 ** step) / root
      }
      const found = adam.valuesOf((name) => trainer.state(name)).get('x')?.[0]
      assert.ok(Math.abs((found as number) - x) < 1e-5, `${found} is not ${x}`)
    }
    await trainer.release()
  })

test('a network whose checkpoints no store would take is refused before anything is trained', async () => {
  const huge = { name: 'huge', shape: [STATE_BYTES_MAX / 4, 1], initial: new Float32Array() }
  const { training: small } = example()
  const training: TrainingStep = { ...small, state: [...small.state, huge] }
  const opened = createTrainer(training, { stepsPerRun: 1 })
  await assert.rejects(opened, { code: 'invalid_request', message: /361 MiB, at most 360;/ })
})
