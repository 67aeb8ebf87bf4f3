/** A byte was overwritten in place. */
export class EditEvent extends Event {
  readonly offset: number;
  readonly value: number;

  constructor(offset: number, value: number) {
    super("edit", { bubbles: true });
    this.offset = offset;
    this.value = value;
  }
}
