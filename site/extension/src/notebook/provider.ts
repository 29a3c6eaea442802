/** JupyterLab's own hook: contents of notebooks come from documents, everything else stays with the drive. */
import type { ISharedDocument } from '@jupyter/ydoc';
import type { Contents, IContentProvider } from '@jupyterlab/services';
import { Session } from './session';

export const PROVIDER_ID = 'peerbook';

export interface IProviderParts {
  readonly drive: Contents.IDrive;
  /** Begins the session of a path. */
  begin(path: string): Session;
  /** Somebody asked to save. */
  saved(session: Session): Promise<void>;
  ended(session: Session): void;
}

export class NotebookProvider implements IContentProvider {
  constructor(private readonly parts: IProviderParts) {}

  readonly sessions = new Set<Session>();

  readonly sharedModelFactory: Contents.ISharedFactory = {
    // Says to JupyterLab: the content comes by itself, do not fill it in and do not ask about saving.
    collaborative: true,
    createNew: (options: Contents.ISharedFactoryOptions): ISharedDocument | undefined => {
      if (options.contentType !== 'notebook') {
        return undefined;
      }
      const session = this.parts.begin(options.path);
      this.sessions.add(session);
      session.notebook.disposed.connect(() => {
        this.sessions.delete(session);
        this.parts.ended(session);
      });
      return session.notebook;
    }
  };

  sessionOf(path: string): Session | undefined {
    return [...this.sessions].filter(session => session.path === path).pop();
  }

  async get(path: string, options?: Contents.IFetchOptions): Promise<Contents.IModel> {
    const rest = { ...options };
    delete rest.contentProviderId;
    const session = this.sessionOf(path);
    if (!session) {
      return this.parts.drive.get(path, rest);
    }
    await session.ready;
    const model = await this.modelOf(path, rest);
    // No content: JupyterLab would build the notebook from it.
    return { ...model, type: 'notebook', format: 'json', content: null, writable: true };
  }

  async save(
    path: string,
    options: Partial<Contents.IModel> & { contentProviderId?: string } = {}
  ): Promise<Contents.IModel> {
    const rest = { ...options };
    delete rest.contentProviderId;
    const session = this.sessionOf(path);
    if (!session) {
      return this.parts.drive.save(path, rest);
    }
    await session.ready;
    await this.parts.saved(session);
    return { ...(await this.modelOf(path, {})), type: 'notebook', format: 'json', content: null };
  }

  /** What the drive says of the file; a notebook whose file the drive lost is still here. */
  private async modelOf(path: string, options: Contents.IFetchOptions): Promise<Contents.IModel> {
    try {
      return await this.parts.drive.get(path, { ...options, content: false });
    } catch {
      const now = new Date(0).toISOString();
      const name = path.split('/').pop()!;
      return {
        name,
        path,
        type: 'notebook',
        writable: true,
        created: now,
        last_modified: now,
        mimetype: 'application/json',
        content: null,
        format: 'json'
      };
    }
  }
}
