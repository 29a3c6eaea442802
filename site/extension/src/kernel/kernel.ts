/** A notebook's Python as JupyterLab sees it: a kernel that tells the truth about itself. */
import { KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { BaseKernel, type IKernel } from '@jupyterlite/services';
import { PromiseDelegate } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IEnvironment } from '../workshop/catalogue';
import type { Folder } from './folder';
import { parse, type Sentence, toMessages } from './outputs';
import type { FromWorker, Reason } from './protocol';
import { Python } from './python';
import { ASLEEP, isAwake, isBusy, isStarting, next, type PythonEvent, type PythonState } from './state';
import { advise, explainEnd, explainFailure, explainLimit, explainProblems } from './words';

/** After Stop, so long until the user is asked whether to restart; from the issue: about 3 s. */
const OVERDUE = 3000;

/** Without a shared buffer only what waits can be stopped, and that answers in less (measured: 0.1 to 0.4 s). */
const OVERDUE_WITHOUT_SIGNALS = 700;

/** So long the reply of a cell waits for its files to be kept. */
const SAVE_PATIENCE = 15_000;

/** What a kernel needs to know of the place it runs in; read when Python is woken. */
export interface ISurroundings {
  readonly environment: IEnvironment;
  readonly folder: Folder;
  readonly baseUrl: string;
}

export interface IPeerKernelOptions extends IKernel.IOptions {
  readonly findSurroundings: () => Promise<ISurroundings>;
  readonly trans: TranslationBundle;
  readonly createPython?: (...parameters: ConstructorParameters<typeof Python>) => Python;
}

type ExecuteReply = KernelMessage.IExecuteReplyMsg['content'];
type Header = KernelMessage.IHeader<KernelMessage.MessageType>;

interface IRun {
  readonly id: number;
  readonly header: Header | undefined;
  readonly reply: PromiseDelegate<ExecuteReply>;
  /** Before Python has it: its files come first. */
  isWaiting: boolean;
  /** Stop was pressed while it waited. */
  isCancelled: boolean;
}

export class PeerKernel extends BaseKernel {
  private readonly send: IKernel.SendMessage;
  private readonly options: IPeerKernelOptions;
  private readonly stateSignal = new Signal<this, PythonState>(this);
  private python: Python | null = null;
  private waking: PromiseDelegate<void> | null = null;
  private current: PythonState = ASLEEP;
  private surroundings: ISurroundings | null = null;
  private run: IRun | null = null;
  private runs = 0;
  private lastHeader: Header | undefined;
  private calls = new Map<number, PromiseDelegate<string | null>>();
  private callCount = 0;
  private saving: Promise<void> = Promise.resolve();
  private overdue: ReturnType<typeof setTimeout> | undefined;
  private wanted = false;
  private cancelStart: (() => void) | null = null;

  constructor(options: IPeerKernelOptions) {
    super(options);
    this.options = options;
    this.send = options.sendMessage;
  }

  get state(): PythonState {
    return this.current;
  }

  get stateChanged(): ISignal<this, PythonState> {
    return this.stateSignal;
  }

  /** Whether Python was there, or on its way, when this was disposed. */
  get wasWanted(): boolean {
    return this.wanted;
  }

  /** Starts Python when it is not there; resolves when it is ready. Rejects when it cannot start: the state says why. */
  wake(): Promise<void> {
    if (this.waking) {
      return this.waking.promise;
    }
    const waking = (this.waking = new PromiseDelegate<void>());
    waking.promise.catch(() => undefined);
    this.step({ kind: 'wake', total: 0 });
    void this.start(waking);
    return waking.promise;
  }

  /** A Python that is not there any more is replaced: what waited for it ends with a sentence. */
  restart(): void {
    this.abandon(explainEnd('restarted', this.options.trans));
    this.python?.end();
    this.python = null;
    this.waking = null;
    // Private upstream; a fresh Python counts from one.
    (this as unknown as { _executionCount: number })._executionCount = 0;
    void this.wake();
  }

  /** Ends the cell that runs or waits for the start. The cells queued behind it are the client's to cancel. */
  interrupt(): void {
    if (this.cancelStart) {
      this.cancelStart();
      return;
    }
    const run = this.run;
    if (!run || !this.python) {
      return;
    }
    if (run.isWaiting) {
      run.isCancelled = true;
      return;
    }
    this.step({ kind: 'stop' });
    this.python.interrupt(run.id);
    clearTimeout(this.overdue);
    this.overdue = setTimeout(
      () => this.run === run && this.step({ kind: 'overdue' }),
      this.python.canInterrupt ? OVERDUE : OVERDUE_WITHOUT_SIGNALS
    );
  }

  /** All files are read again before the next run: somebody else may have changed them. */
  refreshFolder(): void {
    this.surroundings?.folder.reset();
  }

  /** The user would rather wait than restart. */
  keepWaiting(): void {
    this.step({ kind: 'wait' });
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.wanted = isStarting(this.current) || isAwake(this.current);
    this.abandon(explainEnd('restarted', this.options.trans));
    this.waking?.reject(new Error('disposed'));
    this.python?.end();
    this.python = null;
    this.surroundings?.folder.dispose();
    super.dispose();
    Signal.clearData(this);
  }

  override async handleMessage(msg: KernelMessage.IMessage): Promise<void> {
    if (msg.header.msg_type === 'execute_request') {
      // JupyterLab hears "starting" until Python really answers, then "busy".
      await this.waitForStart();
    }
    if (msg.header.msg_type === 'input_reply') {
      // Upstream would say "idle" after it, in the middle of a run.
      this.inputReply(msg.content as KernelMessage.IInputReplyMsg['content']);
      return;
    }
    await super.handleMessage(msg);
    if (msg.header.msg_type === 'comm_info_request') {
      await this.replyCommInfo(msg as KernelMessage.ICommInfoRequestMsg);
    }
    if (!isAwake(this.current) && !this.isDisposed) {
      this.sendStatus('starting');
    }
  }

  kernelInfoRequest(): Promise<KernelMessage.IInfoReplyMsg['content']> {
    return Promise.resolve({
      implementation: 'pyodide',
      implementation_version: '1.0',
      language_info: {
        codemirror_mode: { name: 'python', version: 3 },
        file_extension: '.py',
        mimetype: 'text/x-python',
        name: 'python',
        nbconvert_exporter: 'python',
        pygments_lexer: 'ipython3',
        version: '3.14'
      },
      protocol_version: '5.3',
      status: 'ok',
      banner: 'Python',
      help_links: []
    });
  }

  async executeRequest(content: KernelMessage.IExecuteRequestMsg['content']): Promise<ExecuteReply> {
    const { python, current, options } = this;
    const header = this.parentHeader;
    if (!python || !isAwake(current)) {
      const sentence =
        current.kind === 'failed'
          ? `${explainFailure(current, options.trans)} ${options.trans.__('Then run this cell again.')}`
          : explainEnd('cancelled', options.trans);
      return this.refuse(current.kind === 'failed' ? 'PythonFailed' : 'Stopped', sentence, header);
    }
    const reply = new PromiseDelegate<ExecuteReply>();
    const run: IRun = { id: ++this.runs, header, reply, isWaiting: true, isCancelled: false };
    this.run = run;
    await Promise.race([this.pushFiles(), reply.promise]);
    if (this.run !== run) {
      // Python has been restarted, or has died: what waited has its answer.
      return reply.promise;
    }
    run.isWaiting = false;
    if (run.isCancelled) {
      this.run = null;
      return this.refuse('Stopped', explainEnd('cancelled', options.trans), header);
    }
    this.lastHeader = header;
    this.step({ kind: 'run' });
    const expressions = content.user_expressions as Record<string, unknown> | undefined;
    python.post({
      type: 'execute',
      run: run.id,
      code: content.code,
      count: this.executionCount,
      silent: content.silent ?? false,
      storeHistory: content.store_history ?? true,
      expressions: expressions && Object.keys(expressions).length > 0 ? JSON.stringify(expressions) : '',
      parent: JSON.stringify(header ?? {})
    });
    try {
      return await reply.promise;
    } finally {
      if (this.run === run) {
        this.run = null;
      }
      clearTimeout(this.overdue);
    }
  }

  async completeRequest(
    content: KernelMessage.ICompleteRequestMsg['content']
  ): Promise<KernelMessage.ICompleteReplyMsg['content']> {
    const reply = await this.call('complete', { code: content.code, cursor_pos: content.cursor_pos });
    return (
      (reply as KernelMessage.ICompleteReplyMsg['content'] | null) ?? {
        status: 'ok',
        matches: [],
        cursor_start: content.cursor_pos,
        cursor_end: content.cursor_pos,
        metadata: {}
      }
    );
  }

  async inspectRequest(
    content: KernelMessage.IInspectRequestMsg['content']
  ): Promise<KernelMessage.IInspectReplyMsg['content']> {
    const { code, cursor_pos, detail_level } = content;
    const reply = await this.call('inspect', { code, cursor_pos, detail_level });
    return (
      (reply as KernelMessage.IInspectReplyMsg['content'] | null) ?? {
        status: 'ok',
        found: false,
        data: {},
        metadata: {}
      }
    );
  }

  async isCompleteRequest(
    content: KernelMessage.IIsCompleteRequestMsg['content']
  ): Promise<KernelMessage.IIsCompleteReplyMsg['content']> {
    const reply = await this.call('is_complete', { code: content.code });
    return (reply as KernelMessage.IIsCompleteReplyMsg['content'] | null) ?? { status: 'unknown' };
  }

  async commInfoRequest(
    content: KernelMessage.ICommInfoRequestMsg['content']
  ): Promise<KernelMessage.ICommInfoReplyMsg['content']> {
    const comms = await this.call('comm_info', { target_name: content.target_name ?? '' });
    return { status: 'ok', comms: (comms ?? {}) as { [id: string]: { target_name: string } } };
  }

  inputReply(content: KernelMessage.IInputReplyMsg['content']): void {
    const value = 'value' in content ? String(content.value) : '';
    if (this.python?.answer(value)) {
      this.say(this.options.trans.__('The answer was cut: it was longer than 64 KB.'), this.run?.header);
    }
  }

  commOpen(msg: KernelMessage.ICommOpenMsg): Promise<void> {
    return this.forwardComm('comm_open', msg);
  }

  commMsg(msg: KernelMessage.ICommMsgMsg): Promise<void> {
    return this.forwardComm('comm_msg', msg);
  }

  commClose(msg: KernelMessage.ICommCloseMsg): Promise<void> {
    return this.forwardComm('comm_close', msg);
  }

  private async start(waking: PromiseDelegate<void>): Promise<void> {
    const isCurrent = () => this.waking === waking && !this.isDisposed;
    try {
      this.surroundings ??= await this.options.findSurroundings();
    } catch (error) {
      if (isCurrent()) {
        this.onFailed({ kind: 'crashed', detail: error instanceof Error ? error.message : String(error) });
      }
      return;
    }
    if (!isCurrent()) {
      return;
    }
    const { environment, folder, baseUrl } = this.surroundings;
    this.step({ kind: 'wake', total: environment.bytes });
    const create = this.options.createPython ?? ((...parameters) => new Python(...parameters));
    const python: Python = create(
      { baseUrl, environment, folder: folder.place.name, directory: folder.place.directory },
      {
        message: message => this.python === python && this.receive(message),
        failed: reason => this.python === python && this.onFailed(reason)
      }
    );
    this.python = python;
    folder.reset();
    await this.pushFiles();
  }

  /** Resolves when Python is ready, has failed, or the user has pressed Stop. */
  private async waitForStart(): Promise<void> {
    if (isAwake(this.current)) {
      return;
    }
    // A start that has failed is tried again: the user has asked for something to run.
    if (this.current.kind === 'failed') {
      this.waking = null;
    }
    this.sendStatus('starting');
    const cancelled = new Promise<void>(resolve => (this.cancelStart = resolve));
    await Promise.race([this.wake().catch(() => undefined), cancelled]);
    this.cancelStart = null;
  }

  private async pushFiles(): Promise<void> {
    const { python, surroundings } = this;
    const changes = await surroundings?.folder.changes().catch(() => null);
    if (changes && python && python === this.python) {
      python.post(
        { type: 'files', ...changes },
        changes.write.flatMap(entry => (entry.bytes ? [entry.bytes.buffer] : []))
      );
    }
  }

  private receive(message: FromWorker): void {
    switch (message.type) {
      case 'bytes':
        this.step({ kind: 'bytes', got: Number(message.got) || 0 });
        break;
      case 'fetched':
        this.step({ kind: 'fetched' });
        break;
      case 'ready':
        this.step({ kind: 'ready' });
        this.sendStatus('idle');
        this.waking?.resolve();
        break;
      case 'output':
        this.publish(message.items);
        break;
      case 'files':
        this.keepFiles(message);
        break;
      case 'ask':
        if (this.run) {
          this.inputRequest(
            { prompt: String(message.prompt), password: Boolean(message.password) },
            this.run.header
          );
        }
        break;
      case 'done':
        void this.finish(message.run, message.reply);
        break;
      case 'result':
        this.calls.get(message.id)?.resolve(message.reply);
        break;
      case 'comm':
        this.receiveComm(message);
        break;
    }
  }

  private async finish(id: number, text: string): Promise<void> {
    const run = this.run;
    if (run?.id !== id) {
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    // What a cell has written is in the file list when the cell is done.
    await Promise.race([this.saving, new Promise(resolve => (timer = setTimeout(resolve, SAVE_PATIENCE)))]);
    clearTimeout(timer);
    const reply = parse(text) as ExecuteReply | null;
    const stopped = this.current.kind === 'stopping' || this.current.kind === 'stuck';
    this.step({ kind: 'end', interrupted: stopped && reply?.status === 'error' });
    run.reply.resolve({
      ...(reply ?? { status: 'ok', user_expressions: {} }),
      execution_count: this.executionCount
    });
  }

  private onFailed(reason: Reason): void {
    this.step({ kind: 'fail', reason });
    const state = this.current;
    this.python?.end();
    this.python = null;
    this.abandon(
      state.kind === 'failed'
        ? explainFailure(state, this.options.trans)
        : explainEnd('restarted', this.options.trans)
    );
    const waking = this.waking;
    this.waking = null;
    waking?.reject(new Error(reason.kind));
    this.sendStatus('starting');
  }

  /** Ends what waits for a Python that will not answer. */
  private abandon(sentence: string): void {
    clearTimeout(this.overdue);
    const run = this.run;
    this.run = null;
    run?.reply.resolve(this.refuse('PythonEnded', sentence, run.header));
    for (const call of this.calls.values()) {
      call.resolve(null);
    }
  }

  /** A cell's end in words: an output in the notebook and an error for the reply, which ends the cells behind it. */
  private refuse(ename: string, evalue: string, header: Header | undefined): ExecuteReply {
    this.publishExecuteError({ ename, evalue, traceback: [evalue] }, header);
    return { status: 'error', ename, evalue, traceback: [], execution_count: this.executionCount };
  }

  private publish(text: string): void {
    const header = this.run?.header ?? this.lastHeader;
    const speak = (item: Sentence) => this.speak(item);
    for (const { msgType, content } of toMessages(parse(text), this.executionCount, speak)) {
      this.send(
        KernelMessage.createMessage({
          channel: 'iopub',
          msgType,
          session: header?.session ?? '',
          parentHeader: header,
          content
        } as KernelMessage.IOptions<KernelMessage.IStreamMsg>)
      );
    }
  }

  private speak(item: Sentence): string {
    const { trans } = this.options;
    if (item.type === 'limit') {
      return explainLimit(item.what, trans);
    }
    const environment = this.surroundings?.environment;
    return environment ? advise(item.about, [...item.names].map(String), environment, trans) : '';
  }

  /** A sentence of Peerbook's own among a cell's outputs. */
  private say(sentence: string, header: Header | undefined): void {
    this.stream({ name: 'stderr', text: `\n${sentence}\n` }, header);
  }

  private keepFiles(message: Extract<FromWorker, { type: 'files' }>): void {
    const { surroundings } = this;
    const header = this.run?.header ?? this.lastHeader;
    if (!surroundings || !Array.isArray(message.write) || !Array.isArray(message.remove)) {
      return;
    }
    this.saving = this.saving
      .then(() => surroundings.folder.save(message, Array.isArray(message.skipped) ? message.skipped : []))
      .then(
        problems => problems.length > 0 && this.say(explainProblems(problems, this.options.trans), header),
        error => console.warn(error)
      )
      .then(() => undefined);
  }

  private async call(
    method: 'complete' | 'inspect' | 'is_complete' | 'comm_info',
    parameters: Record<string, unknown>
  ): Promise<unknown> {
    // Nothing wakes Python but a run: until then there is nothing to complete.
    if (!this.python || !isAwake(this.current) || isBusy(this.current)) {
      return null;
    }
    const id = ++this.callCount;
    const delegate = new PromiseDelegate<string | null>();
    this.calls.set(id, delegate);
    this.python.post({ type: 'call', id, method, parameters: JSON.stringify(parameters) });
    try {
      return parse(await delegate.promise);
    } finally {
      this.calls.delete(id);
    }
  }

  /** Upstream knows the request and never answers it. */
  private async replyCommInfo(msg: KernelMessage.ICommInfoRequestMsg): Promise<void> {
    this.send(
      KernelMessage.createMessage<KernelMessage.ICommInfoReplyMsg>({
        channel: 'shell',
        msgType: 'comm_info_reply',
        session: msg.header.session,
        parentHeader: msg.header,
        content: await this.commInfoRequest(msg.content)
      })
    );
  }

  private forwardComm(
    kind: 'comm_open' | 'comm_msg' | 'comm_close',
    msg: KernelMessage.ICommOpenMsg | KernelMessage.ICommMsgMsg | KernelMessage.ICommCloseMsg
  ): Promise<void> {
    this.lastHeader = msg.header;
    const buffers = (msg.buffers ?? []).map(buffer =>
      buffer instanceof ArrayBuffer
        ? new Uint8Array(buffer)
        : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    );
    if (this.python && isAwake(this.current)) {
      this.python.post({ type: 'comm', kind, content: JSON.stringify(msg.content), buffers });
    }
    return Promise.resolve();
  }

  private receiveComm(message: Extract<FromWorker, { type: 'comm' }>): void {
    const { kind } = message;
    const content = parse(message.content) as KernelMessage.ICommMsgMsg['content'] | null;
    if (content && (kind === 'comm_open' || kind === 'comm_msg' || kind === 'comm_close')) {
      const metadata = (parse(message.metadata) ?? {}) as KernelMessage.ICommMsgMsg['metadata'];
      const buffers = [...message.buffers].map(bytes => new Uint8Array(bytes).buffer);
      this.handleComm(kind, content, metadata, buffers, this.run?.header ?? this.lastHeader);
    }
  }

  private sendStatus(state: 'starting' | 'busy' | 'idle'): void {
    if (this.isDisposed) {
      return;
    }
    const parent = this.run?.header ?? this.parent?.header;
    this.send(
      KernelMessage.createMessage<KernelMessage.IStatusMsg>({
        channel: 'iopub',
        msgType: 'status',
        session: parent?.session ?? '',
        parentHeader: parent,
        content: { execution_state: state }
      })
    );
  }

  private step(event: PythonEvent): void {
    const state = next(this.current, event);
    if (state !== this.current) {
      if (state.kind !== this.current.kind) {
        // For `benchmarks/`, which says where the time of a start goes.
        performance.mark(`peerbook:python-${state.kind}`);
      }
      this.current = state;
      this.stateSignal.emit(state);
    }
  }
}
