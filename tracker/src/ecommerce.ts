import { track } from './actions.ts';
import { hasText } from './page.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';
import { optional, parameter } from './url.ts';

const trackCart = (t: State, total: number, order: string): void => {
  const items = parameter('ec_items', JSON.stringify(Object.values(t.items_)));
  track(t, () => `idgoal=0${order}${parameter('revenue', total)}${items}`, null, null, 'ecommerce');
};

export const ecommerceMethods = (t: State): Api => {
  return {
    /** What the next page view shows. Without sku and name it is a category. */
    setEcommerceView(sku?: string, name?: string, category?: string | string[], price?: number) {
      t.productView_ =
        optional('_pks', sku) +
        optional('_pkn', name) +
        optional('_pkc', Array.isArray(category) ? JSON.stringify(category) : category) +
        optional('_pkp', price);
    },
    addEcommerceItem(sku: string, name?: string, category?: string | string[], price?: number, quantity?: number) {
      if (hasText(sku)) {
        t.items_[sku] = [`${sku}`, name || '', category || '', price || 0, quantity || 1];
      }
    },
    removeEcommerceItem(sku: string) {
      delete t.items_[sku];
    },
    clearEcommerceCart() {
      t.items_ = {};
    },
    getEcommerceItems: () => Object.assign({}, t.items_),
    trackEcommerceOrder(id: string, total: number, subTotal?: number, tax?: number, shipping?: number, discount?: number) {
      if (hasText(id) && total != null) {
        // An amount that is false or missing is unknown, which is not the same as 0.
        const amounts = optional('ec_st', subTotal) + optional('ec_tx', tax) + optional('ec_sh', shipping) + optional('ec_dt', discount);
        trackCart(t, total, parameter('ec_id', id) + amounts);
        t.items_ = {};
      }
    },
    trackEcommerceCartUpdate(total: number) {
      if (total != null) {
        trackCart(t, total, '');
      }
    },
  };
};
