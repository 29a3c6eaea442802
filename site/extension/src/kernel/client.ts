/** The services between JupyterLab and the kernels: Stop reaches Python, notebooks of one name keep apart. */
import type { Session } from '@jupyterlab/services';
import { LiteKernelClient, LiteSessionClient } from '@jupyterlite/services';

/** What upstream keeps to itself and Stop needs; a test fails when it is gone. */
export interface IKernelClientPrivates {
  _mutexMap: Map<string, { cancel(): void }>;
  _cancelReason: WeakMap<object, CancelReason>;
}

type CancelReason = 'interrupt' | 'interrupt-subsequent' | 'error';

/** Upstream drops the cells behind an error without a reply, and they show [*] for ever: here they are answered. */
class AnsweredReasons extends WeakMap<object, CancelReason> {
  override set(key: object, reason: CancelReason): this {
    return super.set(key, reason === 'error' ? 'interrupt-subsequent' : reason);
  }
}

/** JupyterLite's client never tells the kernel of an interrupt. */
export class PeerKernelClient extends LiteKernelClient {
  constructor(options: LiteKernelClient.IOptions) {
    super(options);
    (this as unknown as IKernelClientPrivates)._cancelReason = new AnsweredReasons();
  }

  override async interrupt(id: string): Promise<void> {
    const kernel = (await this.getModel(id)) as { interrupt?: () => void } | undefined;
    const { _mutexMap, _cancelReason } = this as unknown as IKernelClientPrivates;
    const mutex = _mutexMap.get(id);
    if (mutex) {
      // The queued cells end in silence: the one that was stopped says it.
      _cancelReason.set(mutex, 'interrupt-subsequent');
      mutex.cancel();
    }
    kernel?.interrupt?.();
  }
}

/**
 * JupyterLite takes two notebooks of one name for one session, and so for one Python: `one/start.ipynb` would see the
 * files and variables of `two/start.ipynb`. Here a session is its path.
 */
export class PeerSessionClient extends LiteSessionClient {
  override async startNew(options: Session.ISessionOptions): Promise<Session.IModel> {
    const session = await super.startNew({ ...options, name: options.path });
    return session;
  }
}
